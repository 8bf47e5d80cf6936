package dev.gantry.network.ipam;

import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.Pool;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The addresses of one subnet: which are taken, and which comes next. The search goes on where it last
/// ended, so that an address that was given back is not handed to another at once, while neighbours still
/// remember its old owner. One owner; not for several threads.
final class AddressPool {
    private final Pool pool;
    private final TreeSet<Ip> taken;
    private final Ip first;
    private final Ip last;
    /// The next address to try.
    private Ip cursor;

    /// Where this host may hand out addresses, in order: of a network that spans hosts, its own blocks.
    private List<Subnet> parts;

    AddressPool(Pool pool, Collection<Ip> inUse) {
        this.pool = pool;
        this.taken = new TreeSet<>(inUse);
        taken.removeIf(ip -> !pool.subnet().contains(ip));
        Subnet range = pool.range();
        parts = List.of(range);
        Ip low = firstHost(pool.subnet());
        Ip high = lastHost(pool.subnet());
        first = low.compareTo(range.first()) > 0 ? low : range.first();
        last = high.compareTo(range.last()) < 0 ? high : range.last();
        cursor = startAfter();
        taken.addAll(pool.gateways());
        taken.addAll(pool.reserved().values());
    }

    /// After a restart the search goes on behind the highest address in use.
    private Ip startAfter() {
        Ip highest = taken.floor(last);
        return highest == null || highest.compareTo(first) < 0 || highest.equals(last) ? first : highest.plus(1);
    }

    Subnet subnet() {
        return pool.subnet();
    }

    Subnet range() {
        return pool.range();
    }

    /// The network's own address is nobody's; a /31 (RFC 3021) or /32, /127 or /128 has no such.
    private static Ip firstHost(Subnet subnet) {
        return subnet.prefix() >= subnet.family().bits() - 1
                ? subnet.first()
                : subnet.first().plus(1);
    }

    /// IPv6 knows no broadcast.
    private static Ip lastHost(Subnet subnet) {
        boolean broadcast = subnet.family() == Family.IPV4 && subnet.prefix() < 31;
        return broadcast ? subnet.last().plus(-1) : subnet.last();
    }

    boolean holds(Ip ip) {
        return taken.contains(ip);
    }

    /// From now on addresses come out of these alone; fixed ones may lie elsewhere.
    void restrict(List<Subnet> blocks) {
        parts = blocks.stream().filter(b -> pool.subnet().contains(b)).sorted().toList();
    }

    boolean hasFree() {
        return freeFrom(first) != null;
    }

    /// The next free address of the range; empty when there is none.
    Optional<Ip> next() {
        Ip found = freeFrom(cursor);
        if (found == null) {
            found = freeFrom(first);
        }
        if (found == null) {
            return Optional.empty();
        }
        taken.add(found);
        cursor = found.equals(last) ? first : found.plus(1);
        return Optional.of(found);
    }

    private @Nullable Ip freeFrom(Ip from) {
        for (Subnet part : parts) {
            Ip low = part.first().compareTo(from) > 0 ? part.first() : from;
            Ip high = part.last().compareTo(last) < 0 ? part.last() : last;
            Ip found = low.compareTo(high) > 0 ? null : free(low, high);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable Ip free(Ip from, Ip to) {
        Ip candidate = from;
        for (Ip used : taken.tailSet(from)) {
            if (!used.equals(candidate)) {
                break;
            }
            candidate = used.plus(1);
        }
        return candidate.compareTo(from) < 0 || candidate.compareTo(to) > 0 ? null : candidate;
    }

    /// One address, by its user's wish.
    Ip take(Ip wanted, String what) {
        boolean host =
                wanted.compareTo(firstHost(pool.subnet())) >= 0 && wanted.compareTo(lastHost(pool.subnet())) <= 0;
        if (!host) {
            throw new InvalidArgument(
                    what,
                    "Requested address is out of range: " + wanted + " names the subnet " + pool.subnet()
                            + " itself or its broadcast",
                    "choose an address between " + firstHost(pool.subnet()) + " and " + lastHost(pool.subnet()));
        }
        if (!taken.add(wanted)) {
            throw new Conflict(
                    what, "Address already in use: " + wanted, "choose another address, or remove who has it");
        }
        return wanted;
    }

    /// Giving back what is free is not an error; gateways and reserved addresses stay.
    void release(Ip ip) {
        if (!pool.gateways().contains(ip) && !pool.reserved().containsValue(ip)) {
            taken.remove(ip);
        }
    }
}
