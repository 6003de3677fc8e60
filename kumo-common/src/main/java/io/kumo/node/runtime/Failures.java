package io.kumo.node.runtime;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;

/** Words for failures, as people know them. */
public final class Failures {
    private static final String REFUSED = "Connection refused";

    private Failures() {}

    /** What happened, in a few words, without the name of a class where that is possible. */
    public static String reason(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof NoSuchFileException) {
            return "no such file or directory";
        } else if (cause instanceof AccessDeniedException) {
            return "permission denied";
        } else if (cause instanceof FileAlreadyExistsException) {
            return "it exists already";
        } else if (cause instanceof UnknownHostException) {
            return "unknown host " + cause.getMessage();
        }
        String message = cause.getMessage();
        if (message != null && cause instanceof IOException) {
            message = ofSocket(message);
        }
        return message == null || message.isBlank()
                ? cause.getClass().getSimpleName()
                : message.lines().findFirst().orElse(message);
    }

    /** Whether the host answered a connect with a refusal: no process listens at that address. */
    public static boolean isNobodyThere(Throwable failure) {
        Throwable cause = unwrap(failure);
        String message = cause.getMessage();
        return cause instanceof IOException && message != null && message.contains(REFUSED);
    }

    /** Whether a connect failed for want of an answer. */
    public static boolean isTimeout(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException;
    }

    /** Whether another connect would fail for the same reason: there is no such host, or TLS was refused. */
    public static boolean isFinal(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof UnknownHostException || cause instanceof SSLException;
    }

    /** The kernel's words, which reach us in different wrappings. */
    private static String ofSocket(String message) {
        if (message.contains("Address already in use")) {
            return "the port is taken; stop who uses it, or choose another one";
        } else if (message.contains("assign requested address")) {
            return "this host does not have that address";
        } else if (message.contains("Permission denied")) {
            return "permission denied; ports below 1024 are for root";
        } else if (message.contains(REFUSED)) {
            return "nobody listens there";
        } else if (message.contains("No route to host") || message.contains("unreachable")) {
            return "the host cannot be reached";
        }
        return message;
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
