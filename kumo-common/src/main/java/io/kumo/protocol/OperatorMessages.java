package io.kumo.protocol;

import io.kumo.protocol.ControlMessages.CommandResult;
import io.kumo.table.ServerId;
import java.util.List;

/** What kumoctl asks managers for beyond attach and detach: pausing, draining, planning, and the loss of data. */
public final class OperatorMessages {
    private OperatorMessages() {}

    /** Whether partitions stay where they are. */
    public record SetPaused(boolean on) implements Call<CommandResult> {
        public static final Method<SetPaused, CommandResult> METHOD =
                new Method<>(105, "SetPaused", Callers.of(Role.OPERATOR), SetPaused::decode, CommandResult::decode);

        @Override
        public Method<SetPaused, CommandResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(on);
        }

        static SetPaused decode(MessageReader in) {
            in.open();
            return in.close(new SetPaused(in.bool()));
        }
    }

    /**
     * Servers give up their primaries, then their copies, and stay in the table.
     *
     * @param servers ids or addresses
     */
    public record Drain(List<String> servers) implements Call<CommandResult> {
        public static final Method<Drain, CommandResult> METHOD =
                new Method<>(106, "Drain", Callers.of(Role.OPERATOR), Drain::decode, CommandResult::decode);

        @Override
        public Method<Drain, CommandResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).putTexts(servers);
        }

        static Drain decode(MessageReader in) {
            in.open();
            return in.close(new Drain(in.texts()));
        }
    }

    /**
     * Partitions without a live copy in sync go on with what is left of them.
     *
     * @param acceptDataLoss refused without
     * @param partitions numbers; empty for all that are down
     */
    public record ForcePromote(boolean acceptDataLoss, List<String> partitions) implements Call<CommandResult> {
        public static final Method<ForcePromote, CommandResult> METHOD = new Method<>(
                107, "ForcePromote", Callers.of(Role.OPERATOR), ForcePromote::decode, CommandResult::decode);

        @Override
        public Method<ForcePromote, CommandResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(acceptDataLoss).putTexts(partitions);
        }

        static ForcePromote decode(MessageReader in) {
            in.open();
            return in.close(new ForcePromote(in.bool(), in.texts()));
        }
    }

    /**
     * What a command would move; nothing is done.
     *
     * @param command attach, detach or drain
     * @param servers ids or addresses, as for the command itself
     */
    public record PlanMoves(String command, List<String> servers) implements Call<PlanResult> {
        public static final Method<PlanMoves, PlanResult> METHOD =
                new Method<>(108, "PlanMoves", Callers.of(Role.OPERATOR), PlanMoves::decode, PlanResult::decode);

        @Override
        public Method<PlanMoves, PlanResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(command).putTexts(servers);
        }

        static PlanMoves decode(MessageReader in) {
            in.open();
            return in.close(new PlanMoves(in.text(), in.texts()));
        }
    }

    /**
     * What would move.
     *
     * @param text what the command would answer
     * @param copies to be made
     * @param primaries to be handed over
     * @param bytes to be copied, about
     */
    public record PlanResult(String text, int copies, int primaries, long bytes, List<ServerPlan> servers)
            implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(5).put(text).put(copies).put(primaries).put(bytes).put(servers);
        }

        static PlanResult decode(MessageReader in) {
            in.open();
            return in.close(new PlanResult(in.text(), in.int32(), in.int32(), in.int64(), in.list(ServerPlan::decode)));
        }
    }

    /**
     * What would become of one server.
     *
     * @param copiesToMake that it does not have yet
     * @param bytes of these, about
     */
    public record ServerPlan(
            ServerId id,
            String address,
            int primariesNow,
            int primariesThen,
            int copiesNow,
            int copiesThen,
            int copiesToMake,
            long bytes)
            implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(8)
                    .put(id)
                    .put(address)
                    .put(primariesNow)
                    .put(primariesThen)
                    .put(copiesNow)
                    .put(copiesThen)
                    .put(copiesToMake)
                    .put(bytes);
        }

        static ServerPlan decode(MessageReader in) {
            in.open();
            return in.close(new ServerPlan(
                    in.serverId(), in.text(), in.int32(), in.int32(), in.int32(), in.int32(), in.int32(), in.int64()));
        }
    }

    /**
     * Whether servers can be stopped with every partition served on.
     *
     * @param servers ids or addresses of those that are to be stopped at the same time
     */
    public record SafeToStop(List<String> servers) implements Call<SafeToStopResult> {
        public static final Method<SafeToStop, SafeToStopResult> METHOD = new Method<>(
                109, "SafeToStop", Callers.of(Role.OPERATOR), SafeToStop::decode, SafeToStopResult::decode);

        @Override
        public Method<SafeToStop, SafeToStopResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).putTexts(servers);
        }

        static SafeToStop decode(MessageReader in) {
            in.open();
            return in.close(new SafeToStop(in.texts()));
        }
    }

    /**
     * The answer.
     *
     * @param reasons why not; none if it is safe
     * @param partitions that are in the way
     */
    public record SafeToStopResult(boolean safe, List<String> reasons, List<String> partitions) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(safe).putTexts(reasons).putTexts(partitions);
        }

        static SafeToStopResult decode(MessageReader in) {
            in.open();
            return in.close(new SafeToStopResult(in.bool(), in.texts(), in.texts()));
        }
    }

    /**
     * What kumoctl is about to do with records, or has done: a manager keeps a line of it in its audit log, as records
     * go past managers.
     *
     * @param command restore, import or export
     * @param what with what, or how it ended
     */
    public record Announce(String command, String what) implements Call<CommandResult> {
        public static final Method<Announce, CommandResult> METHOD =
                new Method<>(110, "Announce", Callers.of(Role.OPERATOR), Announce::decode, CommandResult::decode);

        @Override
        public Method<Announce, CommandResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(command).put(what);
        }

        static Announce decode(MessageReader in) {
            in.open();
            return in.close(new Announce(in.text(), in.text()));
        }
    }
}
