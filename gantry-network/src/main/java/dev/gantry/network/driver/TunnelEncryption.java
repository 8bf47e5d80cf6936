package dev.gantry.network.driver;

import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.netlink.Ack;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.xfrm.Association;
import dev.gantry.linux.netlink.xfrm.Flow;
import dev.gantry.linux.netlink.xfrm.HeldAssociation;
import dev.gantry.linux.netlink.xfrm.Policy;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.model.NetworkId;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Has the kernel encrypt what hosts of overlays send each other, as [EncryptionPlan] has it, for as long
/// as a network of this host needs that. What an engine before left stays until its peers have other keys:
/// only the kernel knows those. From any thread.
public final class TunnelEncryption implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Supplier<NetlinkSocket> opener;
    private final EncryptionPlan nobody;

    /// Guarded by this object, as is what follows.
    private final Set<NetworkId> needed = new HashSet<>();

    private @Nullable NetlinkSocket socket;
    private EncryptionPlan wanted;

    /// What the kernel has of it.
    private EncryptionPlan done;

    /// What it was told last: any part of it may be there when that failed.
    private EncryptionPlan tried;

    /// Associations of an engine before, which go one by one.
    private List<HeldAssociation> held = List.of();

    /// @param opener of a socket of the protocol XFRM, in the host's network namespace
    /// @param nobody a plan without other hosts
    public TunnelEncryption(Supplier<NetlinkSocket> opener, EncryptionPlan nobody) {
        this.opener = opener;
        this.nobody = nobody;
        this.wanted = nobody;
        this.done = nobody;
        this.tried = nobody;
    }

    static NetlinkSocket open(Linux linux) {
        return NetlinkSocket.open(linux, NetlinkSocket.Protocol.XFRM, TIMEOUT);
    }

    /// Refuses what a kernel without IPsec cannot do, in the network namespace of this process.
    public static void check(Linux linux, String what) {
        check(() -> open(linux), what);
    }

    private static void check(Supplier<NetlinkSocket> opener, String what) {
        try (NetlinkSocket socket = opener.get()) {
            check(socket, what);
        } catch (LinuxError e) {
            throw refusal(what, e.getMessage(), e);
        }
    }

    /// By an association that leads nowhere: whether there is ESP, and AES-GCM for it, nothing else tells.
    private static void check(NetlinkSocket socket, String what) {
        var nowhere = InetAddress.getLoopbackAddress();
        int spi = (int) (System.nanoTime() | 0x100);
        var probe = new Association(new Flow(nowhere, nowhere, 9), spi, new byte[Association.SECRET], 0);
        Ack added = socket.attempt(List.of(probe.add())).getFirst();
        if (!added.done() && !added.errno().equals(Errno.EEXIST)) {
            throw refusal(what, added.error().getMessage(), added.error());
        }
        socket.attempt(List.of(probe.delete()));
    }

    private static Unsupported refusal(String what, @Nullable String why, RuntimeException cause) {
        return new Unsupported(
                what,
                "an encrypted overlay needs IPsec in the kernel (XFRM with ESP and AES-GCM), and it says: " + why,
                "use a kernel that has it (modules xfrm_user, esp4, esp6), or leave the option encrypted out and encrypt"
                        + " in the application",
                cause);
    }

    /// Whether rules can tell what was encrypted.
    static boolean isTold(Supplier<NetlinkSocket> opener) {
        try (NetlinkSocket socket = opener.get()) {
            return socket.port() != 0;
        } catch (LinuxError e) {
            return false;
        }
    }

    /// What hosts have agreed on by now. Before this returns the kernel knows it, if a network needs it.
    public synchronized void apply(EncryptionPlan next) {
        wanted = next;
        if (!needed.isEmpty()) {
            change(opened(), next);
        }
    }

    /// From now on this network needs it; false when it did before.
    synchronized boolean need(NetworkId network, String what) {
        if (needed.contains(network)) {
            return false;
        }
        if (needed.isEmpty()) {
            check(opener, what);
            takeOver(opened());
            change(opened(), wanted);
        }
        return needed.add(network);
    }

    /// With the last network that needs it, all of it goes.
    synchronized void free(NetworkId network) {
        if (needed.remove(network) && needed.isEmpty()) {
            clear(opened());
        }
    }

    /// Takes away what an engine before left, if no network needs it now. A kernel that cannot encrypt has nothing.
    synchronized void settle(boolean isNeeded) {
        if (isNeeded || !needed.isEmpty()) {
            return;
        }
        try {
            takeOver(opened());
            clear(opened());
        } catch (LinuxError | NetlinkError e) {
            close();
        }
    }

    private NetlinkSocket opened() {
        NetlinkSocket open = socket;
        if (open == null) {
            open = opener.get();
            socket = open;
        }
        return open;
    }

    private void takeOver(NetlinkSocket kernel) {
        held = kernel.dump(HeldAssociation.dump()).stream()
                .map(HeldAssociation::read)
                .filter(wanted::concerns)
                .toList();
        List<Message> strange = kernel.dump(Policy.dump()).stream()
                .map(Policy::read)
                .flatMap(Optional::stream)
                .filter(wanted::isStrange)
                .map(Policy::delete)
                .toList();
        execute(kernel, strange);
    }

    private void change(NetlinkSocket kernel, EncryptionPlan next) {
        reach(kernel, next);
        List<HeldAssociation> over = held.stream().filter(next::isWithout).toList();
        execute(kernel, over.stream().map(HeldAssociation::delete).toList());
        List<HeldAssociation> left = new ArrayList<>(held);
        left.removeAll(over);
        held = List.copyOf(left);
    }

    private void clear(NetlinkSocket kernel) {
        reach(kernel, nobody);
        execute(kernel, held.stream().map(HeldAssociation::delete).toList());
        held = List.of();
    }

    /// From what is there for certain, and from what may be: what a failure left half done does not stay.
    private void reach(NetlinkSocket kernel, EncryptionPlan next) {
        List<Message> changes = new ArrayList<>(next.after(done));
        if (!tried.equals(done)) {
            changes.addAll(next.after(tried));
        }
        tried = next;
        execute(kernel, changes);
        done = next;
    }

    /// What is there already, or gone already, is as it is to be: the numbers of associations are as good as secret.
    private static void execute(NetlinkSocket kernel, List<Message> changes) {
        List<NetlinkError> failed = kernel.attempt(changes).stream()
                .filter(a -> !a.done())
                .map(Ack::error)
                .filter(e -> !e.is(Errno.EEXIST, Errno.ENOENT, Errno.ESRCH))
                .toList();
        if (!failed.isEmpty()) {
            throw failed.getFirst().during("encrypt overlay networks");
        }
    }

    @Override
    public synchronized void close() {
        NetlinkSocket open = socket;
        if (open != null) {
            open.close();
            socket = null;
        }
    }
}
