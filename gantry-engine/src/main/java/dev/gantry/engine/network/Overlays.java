package dev.gantry.engine.network;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.network.NetworkBook.Elsewhere;
import dev.gantry.engine.network.overlay.BlockWish;
import dev.gantry.engine.network.overlay.OverlayDirectory;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.ipam.Blocks;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Span;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Networks that hosts share: one thread settles them ([OverlayRound]) after each change of the book or of what other
/// hosts say. An engine that was started without hosts to share with has none, and no thread.
final class Overlays implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Overlays.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /// Where numbers of networks begin that nobody chose, as in Docker.
    private static final int FIRST_NUMBER = 4096;

    private static final int END_OF_NUMBERS = 1 << 24; // RFC 7348 §5
    private static final String NUMBERS = "com.docker.network.driver.overlay.vxlanid_list";

    private final OverlayDirectory directory;
    private final NetworkBook book;
    private final Tunnels tunnels;
    private final LazyDriver driver;
    private final Consumer<String> encryption;
    private final RandomGenerator random;
    private final OverlayConflicts conflicts = new OverlayConflicts();

    /// Of starts that wait for addresses. Guarded by this object, as is what follows.
    private final Set<BlockWish> wishes = new LinkedHashSet<>();

    private long rounds;
    private boolean due;
    private boolean closed;

    /// @param encryption refuses, for what it is given as, what the kernel cannot encrypt
    Overlays(
            OverlayDirectory directory,
            NetworkBook book,
            LazyDriver driver,
            Consumer<String> encryption,
            RandomGenerator random) {
        this.directory = directory;
        this.driver = driver;
        this.encryption = encryption;
        this.book = book;
        this.tunnels = new Tunnels(directory, book, driver);
        this.random = random;
    }

    static boolean isOverlay(Network network) {
        return network.driver().equals(Drivers.OVERLAY) && !network.spec().configOnly();
    }

    void checkAble(String what) {
        if (directory.self().isAny()) {
            throw new Unsupported(
                    what,
                    "this engine shares no overlay networks: it was started without --overlay-advertise",
                    "start the daemon with --overlay-advertise and --overlay-peer, or use --driver bridge");
        }
    }

    static void refuseForeign(NetworkSpec spec) {
        if (spec.driver().equals(Drivers.OVERLAY) && ForeignMaking.concerns(spec)) {
            throw new Unsupported(
                    "create network " + spec.name(),
                    "the addresses of overlay networks are given out in blocks by the hosts themselves, not by "
                            + spec.ipam().driver(),
                    "leave --ipam-driver out");
        }
    }

    /// On which somebody is in the network, this one among them.
    List<Ip> hosts(NetworkId network) {
        Set<Ip> all = new TreeSet<>();
        book.elsewhere(network).forEach(e -> all.add(e.host()));
        boolean here = book.get(network).filter(n -> !n.span().isNone()).isPresent()
                && book.in(network).stream().anyMatch(m -> m.endpoint().isPresent());
        if (here) {
            all.add(directory.self());
        }
        return List.copyOf(all);
    }

    /// What other hosts have that does not go together with the network, as of the last round.
    List<String> conflicts(NetworkId network) {
        return conflicts.of(network);
    }

    // the thread

    /// What hosts have agreed on is known before the kernel is looked at: what an engine before left there, and other
    /// hosts go on using, must not be taken for strange.
    void hear() {
        directory.onKeys(driver::encrypt);
    }

    void start(SharedNetworks networks) {
        if (directory.self().isAny()) {
            return;
        }
        book.sharedAs(directory.self(), this::signal);
        directory.onChange(this::signal);
        signal();
        var round = new OverlayRound(directory, book, tunnels, networks, this::wishes, encryption, conflicts);
        Thread.ofVirtual().name("overlays").start(() -> run(round));
    }

    private synchronized void signal() {
        due = true;
        notifyAll();
    }

    private void run(OverlayRound round) {
        while (await()) {
            boolean settled = false;
            try {
                settled = round.settle();
            } catch (RuntimeException e) {
                // The thread goes on in any case: nobody would settle anything after it.
                LOG.error("overlay networks not settled", e);
            }
            synchronized (this) {
                rounds++;
                notifyAll();
            }
            if (!settled) {
                again();
            }
        }
    }

    private synchronized boolean await() {
        try {
            while (!due && !closed) {
                wait();
            }
            due = false;
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// What failed once may succeed later, without another change.
    private synchronized void again() {
        try {
            wait(AGAIN.toMillis());
            due = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    private synchronized List<BlockWish> wishes() {
        return List.copyOf(wishes);
    }

    // networks of this host

    /// With a VXLAN number for each subnet, which no other network has.
    NetworkSpec numbered(NetworkSpec spec, int subnets) {
        Set<Integer> taken = new HashSet<>();
        book.networks().forEach(n -> taken.addAll(OverlayChecks.numbers(n)));
        if (spec.options().containsKey(NUMBERS)) {
            return spec;
        }
        List<String> chosen = new ArrayList<>();
        while (chosen.size() < subnets) {
            // By chance, so that hosts that do not reach each other do not choose the same.
            int number = random.nextInt(FIRST_NUMBER, END_OF_NUMBERS);
            if (taken.add(number)) {
                chosen.add(Integer.toString(number));
            }
        }
        Map<String, String> options = new TreeMap<>(spec.options());
        options.put(NUMBERS, String.join(",", chosen));
        return spec.withOptions(options);
    }

    /// One that is created here, with blocks of addresses for each host; refused if others could not have it.
    Network shared(Network network) {
        List<Ip> hosts = new ArrayList<>(List.of(directory.self()));
        directory.hosts().stream().sorted().forEach(hosts::add);
        if (OverlayChecks.isEncrypted(network)) {
            encryption.accept("create network " + network.name());
        }
        Network at = network.with(new Span(directory.self(), Map.of()));
        at = at.with(Blocks.share(at, hosts));
        OverlayChecks.numbers(at, book.networks());
        return at;
    }

    void checkRemoval(Network network) {
        Ip home = network.span().home();
        String what = "remove network " + network.name();
        if (!isOverlay(network) || network.span().isNone()) {
            return;
        }
        if (!home.equals(directory.self()) && directory.others().containsKey(home)) {
            throw new Forbidden(what, "it was created on host " + home, "remove it there");
        }
        List<Elsewhere> active = book.elsewhere(network.id());
        if (!active.isEmpty()) {
            String containers = active.stream()
                    .map(e -> "name:\"" + e.attachment().endpoint().names().getFirst() + "\" host:\"" + e.host() + "\"")
                    .collect(Collectors.joining(", "));
            throw new Conflict(
                    what,
                    "error while removing network: network " + network.name() + " has active endpoints (" + containers
                            + ")",
                    "disconnect or remove these containers first");
        }
    }

    // addresses

    /// Sees to it that this host may hand out what an endpoint wants.
    void prepare(Network network, EndpointRequest request, String what) {
        if (!isOverlay(network)) {
            return;
        }
        checkAble(what);
        for (Family family : Family.values()) {
            var fixed = request.address(family);
            if (fixed.isPresent()) {
                claim(network, fixed.get(), what);
            } else if (!book.addresses(network.id()).hasFree(family)) {
                int blocks = Blocks.count(network, directory.self(), family) + 1;
                obtain(
                        new BlockWish.More(network.id(), family, blocks),
                        () -> book.addresses(network.id()).hasFree(family),
                        network,
                        what);
            }
        }
    }

    private void claim(Network network, Ip ip, String what) {
        boolean given = network.subnets().stream().anyMatch(s -> s.contains(ip) && network.userChose(s));
        if (!given) {
            return; // refused by who takes it, in words
        }
        Ip owner = network.span().owner(ip).orElse(Ip.ANY_V4);
        if (!owner.isAny() && !owner.equals(directory.self())) {
            throw new Conflict(
                    what,
                    "the address " + ip + " lies in a block of host " + owner,
                    "choose one in " + network.span().of(directory.self()) + ", or start it there");
        }
        if (owner.isAny()) {
            obtain(
                    new BlockWish.Around(network.id(), ip),
                    () -> book.need(network.id())
                            .span()
                            .owner(ip)
                            .filter(directory.self()::equals)
                            .isPresent(),
                    network,
                    what);
        }
    }

    private void obtain(BlockWish wish, BooleanSupplier granted, Network network, String what) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        long begun;
        synchronized (this) {
            begun = rounds;
            wishes.add(wish);
            signal();
        }
        try {
            while (true) {
                long left = (until - System.nanoTime()) / 1_000_000;
                // Asked before whether it was granted, which may be at any moment.
                boolean inVain = left <= 0 || isInVain(network.span().home(), begun);
                if (granted.getAsBoolean()) {
                    return;
                }
                if (inVain) {
                    throw refusal(network, what);
                }
                synchronized (this) {
                    wait(Math.min(left, 50));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refusal(network, what);
        } finally {
            synchronized (this) {
                wishes.remove(wish);
                signal();
            }
        }
    }

    /// Nobody is there to grant a wish, or it was this host itself and had nothing: in a round that began after it was
    /// wished.
    private boolean isInVain(Ip home, long begun) {
        if (!home.equals(directory.self())) {
            return !directory.others().containsKey(home);
        }
        synchronized (this) {
            if (rounds <= begun + 1) {
                signal(); // the round under way may have begun before
            }
            return rounds > begun + 1;
        }
    }

    private Unavailable refusal(Network network, String what) {
        Ip home = network.span().home();
        boolean there = home.equals(directory.self()) || directory.others().containsKey(home);
        return new Unavailable(
                what,
                "no available addresses on this host's blocks of network " + network.name() + ", and host " + home
                        + ", which gives out more, " + (there ? "has none left" : "is not reached"),
                there ? "remove containers that nobody needs" : "see that the two hosts reach each other");
    }

    /// What was made on this host a moment ago finds the endpoints on others.
    void reach(Network network) {
        if (isOverlay(network)) {
            tunnels.begin(network);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
