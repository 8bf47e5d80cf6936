package dev.gantry.network.driver;

import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.nftables.Nftables;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.ElementChange;
import dev.gantry.network.firewall.TablePlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One table in the kernel: its fixed part, and elements, each of which is there as long as somebody wants
/// it. A change is one transaction. When the kernel's table turns out not to be what it was, the whole of it
/// is loaded again, in one transaction too. From any thread.
final class Firewall {
    private final Nftables kernel;
    private final TablePlan fixed;
    private final RuleMessages messages;

    /// How many want an element. Guarded by this object, as is the socket.
    private Map<Element, Integer> wanted = new HashMap<>();

    private boolean loaded;

    Firewall(NetlinkSocket socket, TablePlan fixed) {
        this.kernel = new Nftables(socket);
        this.fixed = fixed;
        this.messages = new RuleMessages(fixed);
    }

    /// Makes the table new with these elements and no others, in one transaction.
    synchronized void load(List<Element> elements) {
        Map<Element, Integer> all = new HashMap<>();
        elements.forEach(e -> all.merge(e, 1, Integer::sum));
        load(all);
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

    /// Loads it again if somebody took it away.
    synchronized void restore() {
        boolean there = kernel.tables().stream().anyMatch(t -> t.name().equals(fixed.table()));
        if (loaded && !there) {
            load(wanted);
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
