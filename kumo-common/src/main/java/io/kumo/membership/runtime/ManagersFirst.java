package io.kumo.membership.runtime;

import io.kumo.membership.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.stack.MembershipChangePolicy;

/**
 * The order of a view: as JGroups has it, but managers before all others, so that JGroups' coordinator, which lets
 * members in, is a manager as soon as there is one. Joiners know no address but the managers': where a merge left a
 * server in charge, a joiner was told of no coordinator, founded a group of its own, and took a minute to merge.
 */
final class ManagersFirst implements MembershipChangePolicy {
    private final MembershipChangePolicy usual = new GMS.DefaultMembershipPolicy();

    @Override
    public List<Address> getNewMembership(
            Collection<Address> present,
            Collection<Address> joiners,
            Collection<Address> leavers,
            Collection<Address> suspects) {
        return ordered(usual.getNewMembership(present, joiners, leavers, suspects));
    }

    @Override
    public List<Address> getNewMembership(Collection<Collection<Address>> groups) {
        return ordered(usual.getNewMembership(groups));
    }

    private static List<Address> ordered(List<Address> members) {
        List<Address> managers = new ArrayList<>(members.size());
        List<Address> others = new ArrayList<>(members.size());
        for (Address member : members) {
            (isManager(member) ? managers : others).add(member);
        }
        managers.addAll(others);
        return managers;
    }

    private static boolean isManager(Address member) {
        return GroupStack.member(member)
                .filter(Member.ManagerMember.class::isInstance)
                .isPresent();
    }
}
