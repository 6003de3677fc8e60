package io.kumo.membership.runtime;

import io.kumo.security.runtime.NodeSecurity;
import java.io.EOFException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A listening socket whose {@link #accept} returns only connections that have proved themselves in TLS. JGroups has one
 * thread that accepts, and would wait in it for a stranger; so handshakes have threads of their own, few, and a
 * deadline.
 */
final class GroupServerSocket extends ServerSocket {
    private static final int MOST_HANDSHAKES = 16;
    private static final int MOST_WAITING = 64;
    private static final long IDLE_SEC = 10;
    private static final long POLL_MS = 500;

    private final SSLSocketFactory tls;
    private final NodeSecurity security;
    private final BlockingQueue<Socket> proved = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicBoolean isAccepting = new AtomicBoolean();
    private final ThreadPoolExecutor handshakes;
    private final ScheduledThreadPoolExecutor deadlines;

    GroupServerSocket(SSLSocketFactory tls, NodeSecurity security) throws IOException {
        this.tls = tls;
        this.security = security;
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, "kumo-group-tls");
            thread.setDaemon(true);
            return thread;
        };
        handshakes = new ThreadPoolExecutor(
                0, MOST_HANDSHAKES + 1, IDLE_SEC, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
        deadlines = new ScheduledThreadPoolExecutor(1, threads);
        deadlines.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Socket accept() throws IOException {
        if (isAccepting.compareAndSet(false, true)) {
            handshakes.execute(this::acceptStrangers);
        }
        try {
            while (!isClosed()) {
                Socket next = proved.poll(POLL_MS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    return next;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new SocketException("Socket closed");
    }

    private void acceptStrangers() {
        while (!isClosed()) {
            try {
                Socket stranger = new Socket();
                implAccept(stranger);
                try {
                    handshakes.execute(() -> prove(stranger));
                } catch (RejectedExecutionException e) {
                    turnAway(
                            stranger,
                            String.valueOf(stranger.getRemoteSocketAddress()),
                            "too many that have not proved yet who they are");
                }
            } catch (IOException e) {
                if (!isClosed()) {
                    security.refused("group", "cannot accept: " + e.getMessage());
                }
            }
        }
    }

    private void prove(Socket stranger) {
        String from = String.valueOf(stranger.getRemoteSocketAddress());
        Future<?> deadline = deadlines.schedule(
                () -> turnAway(stranger, from, "no TLS in time"), GroupSockets.HANDSHAKE_MS, TimeUnit.MILLISECONDS);
        try {
            stranger.setSoTimeout(GroupSockets.HANDSHAKE_MS);
            SSLSocket secured = (SSLSocket) tls.createSocket(stranger, null, true);
            secured.setUseClientMode(false);
            secured.setNeedClientAuth(true);
            secured.startHandshake();
            secured.setSoTimeout(0);
            if (!deadline.cancel(false) || !proved.offer(secured)) {
                close(secured);
            }
        } catch (IOException e) {
            boolean isProbe = e.getCause() instanceof EOFException; // whoever looks whether somebody listens here
            if (isProbe || !deadline.cancel(false)) {
                close(stranger);
            } else {
                turnAway(stranger, from, "the group's port: " + e.getMessage());
            }
            deadline.cancel(false);
        }
    }

    private void turnAway(Socket stranger, String from, String why) {
        security.refused(from, why);
        close(stranger);
    }

    private static void close(Socket stranger) {
        try {
            stranger.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    @Override
    public void close() throws IOException {
        super.close();
        handshakes.shutdownNow();
        deadlines.shutdownNow();
        for (Socket left = proved.poll(); left != null; left = proved.poll()) {
            left.close();
        }
    }
}
