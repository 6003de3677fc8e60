package io.kumo.membership;

import java.util.function.Consumer;

/** The port to the group of managers and servers. */
public interface Membership {
    /** The present view. From any thread. */
    MembershipView view();

    /** Is told of every new view, one at a time and in order; to be called before the start. */
    void onChange(Consumer<MembershipView> listener);
}
