package io.kumo.protocol;

import io.kumo.base.Bytes;

/** How two processes prove to each other that they have the cluster's key, before Hello; and how MQTT is opened. */
public final class AuthMessages {
    private AuthMessages() {}

    /**
     * The first message of a connection between processes that have a cluster key; Hello follows AuthProve.
     *
     * @param role as in Hello
     * @param name as in Hello
     * @param keyId which of the keys is used; tells nothing of the key
     * @param nonce 32 random bytes
     */
    public record AuthBegin(String role, String name, Bytes keyId, Bytes nonce) implements Call<AuthChallenge> {
        public static final Method<AuthBegin, AuthChallenge> METHOD =
                new Method<>(150, "AuthBegin", Callers.ALL, AuthBegin::decode, AuthChallenge::decode);

        @Override
        public Method<AuthBegin, AuthChallenge> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(4).put(role).put(name).put(keyId).put(nonce);
        }

        static AuthBegin decode(MessageReader in) {
            in.open();
            return in.close(new AuthBegin(in.text(), in.text(), in.bytes(), in.bytes()));
        }
    }

    /**
     * The acceptor's proof, and what the connector has to prove itself with.
     *
     * @param nonce 32 random bytes
     * @param proof HMAC-SHA256 of "kumo acceptor 1", then of roles, names, key id and nonces of both, each after its
     *     length
     */
    public record AuthChallenge(String role, String name, Bytes nonce, Bytes proof) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(4).put(role).put(name).put(nonce).put(proof);
        }

        static AuthChallenge decode(MessageReader in) {
            in.open();
            return in.close(new AuthChallenge(in.text(), in.text(), in.bytes(), in.bytes()));
        }
    }

    /**
     * The connector's proof.
     *
     * @param proof as that of the acceptor, of "kumo connector 1"
     */
    public record AuthProve(Bytes proof) implements Call<Done> {
        public static final Method<AuthProve, Done> METHOD =
                new Method<>(151, "AuthProve", Callers.ALL, AuthProve::decode, Done::decode);

        @Override
        public Method<AuthProve, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(proof);
        }

        static AuthProve decode(MessageReader in) {
            in.open();
            return in.close(new AuthProve(in.bytes()));
        }
    }

    /** Asks a manager for what opens its MQTT port once. */
    public record MqttTicketGet() implements Call<MqttTicket> {
        public static final Method<MqttTicketGet, MqttTicket> METHOD =
                new Method<>(152, "MqttTicketGet", Callers.ALL, MqttTicketGet::decode, MqttTicket::decode);

        @Override
        public Method<MqttTicketGet, MqttTicket> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(0);
        }

        static MqttTicketGet decode(MessageReader in) {
            in.open();
            return in.close(new MqttTicketGet());
        }
    }

    /**
     * Good for one connection, for ten seconds, at the manager that gave it.
     *
     * @param user for MQTT's CONNECT; empty where none is asked for
     * @param password for MQTT's CONNECT
     */
    public record MqttTicket(String user, String password) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(user).put(password);
        }

        static MqttTicket decode(MessageReader in) {
            in.open();
            return in.close(new MqttTicket(in.text(), in.text()));
        }
    }
}
