package io.kumo.node.runtime;

import io.kumo.base.Check;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Role;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** A daemon that does what its option says, for {@link NodeMainTest}. */
public final class SampleMain extends NodeMain {
    private static final OptionSpec<String> MODE = OptionSpec.string("mode", "serve", "What to do.");

    private final Promise<String> slow = Promise.promise();

    private SampleMain() {
        super("kumo-sample", "A daemon for tests.", List.of(MODE));
    }

    public static void main(String[] arguments) {
        new SampleMain().run(arguments);
    }

    @Override
    protected Role role() {
        return Role.OPERATOR;
    }

    @Override
    protected int httpPort() {
        return 19999;
    }

    @Override
    protected void validate(ParsedOptions options) {
        Check.argument(!options.value(MODE).equals("unfit"), "--mode does not fit");
    }

    @Override
    protected Future<String> start(Node node) {
        switch (node.options().value(MODE)) {
            case "refuse":
                return Future.failedFuture(new KumoException(ErrorCode.REFUSED, "the store is locked; stop its user"));
            case "bug":
                throw new IllegalStateException("a bug");
            case "slow":
                System.out.println("starts");
                return slow.future();
            case "late-bug":
                node.vertx().setTimer(1, id -> {
                    throw new IllegalStateException("a late bug");
                });
                break;
            case "failed-store":
                node.vertx().setTimer(1, id -> node.stopper().stop(ErrorCode.STORE_FAILED, "the disk is gone"));
                break;
            default:
                break;
        }
        return Future.succeededFuture("it serves");
    }

    @Override
    protected void reload() {
        System.out.println("reloads");
        throw new IllegalStateException("a bug while it reads its files");
    }

    @Override
    protected Future<Void> stop() {
        System.out.println("stopped cleanly");
        slow.tryFail(new RejectedExecutionException("what it was about to use is closed"));
        return Future.succeededFuture();
    }

    @Override
    protected Health health() {
        return Health.serving().with("mode", "sample");
    }
}
