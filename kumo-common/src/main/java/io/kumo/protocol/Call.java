package io.kumo.protocol;

/**
 * A message that can be sent by itself: as a request that {@code R} answers, or one-way (then {@code R} is
 * {@link Done}).
 *
 * @param <R> the answer
 */
public interface Call<R extends Message> extends Message {
    Method<? extends Call<R>, R> method();
}
