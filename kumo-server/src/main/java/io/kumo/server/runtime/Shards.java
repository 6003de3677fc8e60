package io.kumo.server.runtime;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** All event loops of the server. Partition p lives on loop p modulo their number. */
final class Shards {
    private final Shard[] all;

    Shards(List<Shard> all) {
        this.all = all.toArray(Shard[]::new);
    }

    Shard of(int partition) {
        return all.length == 1 ? all[0] : all[Integer.remainderUnsigned(partition, all.length)];
    }

    /** The first one: what is not of one partition lives there. */
    Shard control() {
        return all[0];
    }

    List<Shard> all() {
        return List.of(all);
    }

    List<Context> contexts() {
        return all().stream().map(shard -> shard.loop().context()).toList();
    }

    /** The loop that this thread is. */
    EventLoop current() {
        for (Shard shard : all) {
            if (shard.loop().isCurrent()) {
                return shard.loop();
            }
        }
        throw new IllegalStateException(Thread.currentThread().getName() + " is not an event loop of the replicas");
    }

    /** Does something on each loop. */
    void each(Consumer<Shard> action) {
        for (Shard shard : all) {
            shard.loop().run(() -> action.accept(shard));
        }
    }

    /** Asks each loop; the answers come on {@code context}, in the order of the loops. */
    <T> Future<List<T>> gather(Context context, Function<Shard, T> question) {
        List<Future<T>> answers = new ArrayList<>();
        for (Shard shard : all) {
            Promise<T> answer = Promise.promise();
            answers.add(answer.future());
            shard.loop().run(() -> answer.complete(question.apply(shard)));
        }
        Promise<List<T>> whole = Promise.promise();
        Future.join(answers)
                .onComplete(done -> context.runOnContext(ignored -> {
                    if (done.succeeded()) {
                        whole.complete(answers.stream().map(Future::result).toList());
                    } else {
                        whole.fail(done.cause());
                    }
                }));
        return whole.future();
    }
}
