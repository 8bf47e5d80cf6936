package dev.gantry.network.driver;

import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.nftables.Family;
import dev.gantry.linux.netlink.nftables.Nftables;
import dev.gantry.linux.netlink.nftables.Rule;
import dev.gantry.network.firewall.Chain;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.ElementChange;
import dev.gantry.network.firewall.TablePlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// One table in the kernel: its fixed part, and elements, each of which is there as long as somebody wants
/// it. A change is one transaction. When the kernel's table turns out not to be what it was, the whole of it
/// is loaded again, in one transaction too. From any thread.
final class Firewall {
    private final Nftables kernel;
    private final TablePlan fixed;
    private final RuleMessages messages;
    private final int port;

    /// How many want an element. Guarded by this object, as is the socket.
    private Map<Element, Integer> wanted = new HashMap<>();

    private boolean loaded;

    Firewall(NetlinkSocket socket, TablePlan fixed) {
        this.kernel = new Nftables(socket);
        this.fixed = fixed;
        this.messages = new RuleMessages(fixed);
        this.port = socket.port();
    }

    /// Makes the table new with these elements and no others, in one transaction.
    synchronized void load(List<Element> elements) {
        Map<Element, Integer> all = new HashMap<>();
        elements.forEach(e -> all.merge(e, 1, Integer::sum));
        load(all);
    }

    /// Removes the table. The next change makes it again.
    synchronized void remove() {
        kernel.commit(messages.remove());
        wanted = new HashMap<>();
        loaded = false;
    }

    /// Somebody no longer wants `removed`, and wants `added`. Both may have the same elements.
    synchronized void change(List<Element> removed, List<Element> added) {
        Map<Element, Integer> delta = new HashMap<>();
        removed.forEach(e -> delta.merge(e, -1, Integer::sum));
        added.forEach(e -> delta.merge(e, 1, Integer::sum));
        if (!loaded) {
            load(after(delta));
            return;
        }
        List<Message> change = messages.change(transitions(delta));
        try {
            kernel.commit(change);
        } catch (NetlinkError e) {
            if (!e.is(Errno.ENOENT, Errno.EEXIST)) {
                throw e;
            }
            // Not what it was: somebody flushed it, or a part of it.
            load(after(delta));
            return;
        }
        delta.forEach(this::count);
    }

    /// Loads it again if it is not what it was any more; tells whether it is now.
    synchronized boolean restore() {
        if (!loaded || isWhole()) {
            return true;
        }
        load(wanted);
        return isWhole();
    }

    /// Whether this event tells that somebody else took something of ours away.
    boolean isHurtBy(Message event) {
        Optional<Nftables.Removal> gone = Nftables.removal(event);
        return gone.isPresent()
                && gone.get().family() == Family.INET
                && gone.get().table().equals(fixed.table())
                && gone.get().by() != port
                && fixed.chains().stream()
                        .filter(Chain.Administrators.class::isInstance)
                        .noneMatch(c -> c.name().equals(gone.get().chain()));
    }

    /// As many rules in each chain and elements in each set as there are to be: others take away, if anything.
    private boolean isWhole() {
        try {
            Map<String, Long> rules = kernel.rules(messages.table()).stream()
                    .collect(Collectors.groupingBy(Rule::chain, Collectors.counting()));
            fixed.chains().stream()
                    .filter(Chain.Administrators.class::isInstance)
                    .forEach(c -> rules.remove(c.name()));
            Map<String, Long> elements =
                    wanted.keySet().stream().collect(Collectors.groupingBy(Element::set, Collectors.counting()));
            return rules.equals(messages.ruleCounts())
                    && fixed.sets().stream()
                            .allMatch(
                                    s -> kernel.elements(messages.set(s.name())).size()
                                            == elements.getOrDefault(s.name(), 0L));
        } catch (NetlinkError e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    /// Whether the kernel's table, perhaps that of an engine before, has this element.
    synchronized boolean holds(Element element) {
        try {
            var key = RuleMessages.element(element).key();
            return kernel.elements(messages.set(element.set())).stream()
                    .anyMatch(e -> e.key().equals(key));
        } catch (NetlinkError e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    private void load(Map<Element, Integer> all) {
        kernel.commit(messages.load(fixed.with(List.copyOf(all.keySet()))));
        wanted = all;
        loaded = true;
    }

    private Map<Element, Integer> after(Map<Element, Integer> delta) {
        Map<Element, Integer> all = new HashMap<>(wanted);
        delta.forEach((e, n) -> all.merge(e, n, Integer::sum));
        all.values().removeIf(n -> n <= 0);
        return all;
    }

    private void count(Element element, int delta) {
        int n = wanted.getOrDefault(element, 0) + delta;
        if (n > 0) {
            wanted.put(element, n);
        } else {
            wanted.remove(element);
        }
    }

    /// What begins and what ceases to be wanted at all.
    private ElementChange transitions(Map<Element, Integer> delta) {
        List<Element> gone = new ArrayList<>();
        List<Element> come = new ArrayList<>();
        delta.forEach((element, n) -> {
            int before = wanted.getOrDefault(element, 0);
            if (before > 0 && before + n <= 0) {
                gone.add(element);
            } else if (before == 0 && n > 0) {
                come.add(element);
            }
        });
        return new ElementChange(gone, come);
    }
}
