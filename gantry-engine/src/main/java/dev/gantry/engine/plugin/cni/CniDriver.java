package dev.gantry.engine.plugin.cni;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.network.ForeignDriver;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.Given;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.port.PublishedPort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Networks that a chain of CNI plugins makes: the driver `cni`. A network names its list with the option `conf`, else
/// it has the list's name. The list is read at each start of a container, and what was used is kept for its end.
public final class CniDriver implements ForeignDriver {
    public static final String NAME = "cni";

    private static final String CONF = "conf";
    private static final String BIN = "bin";
    private static final String GC = "gc";
    private static final Path LISTS = Path.of("/etc/cni/net.d");

    @Override
    public Terms check(NetworkSpec spec) {
        String what = "create network " + spec.name();
        for (String key : spec.options().keySet()) {
            if (!Set.of(CONF, BIN, GC).contains(key)) {
                throw new InvalidArgument(
                        what,
                        "the driver cni has no option " + key,
                        "use conf, bin or gc, and write everything else into the list of plugins");
            }
        }
        if (!spec.options().getOrDefault(GC, "false").matches("true|false")) {
            throw new InvalidArgument(what, "gc is true or false", "write -o gc=true, or leave it out");
        }
        if (spec.internal()) {
            throw new Unsupported(
                    what,
                    "whether a CNI network leads out is said by its plugins alone",
                    "leave --internal out, and take the default route out of the list of plugins");
        }
        CniChain chain = chain(list(spec), spec);
        chain.version();
        chain.status();
        return new Terms(spec, List.of(), true);
    }

    private static CniList list(NetworkSpec spec) {
        return CniList.find(LISTS, spec.options().getOrDefault(CONF, spec.name()));
    }

    private static CniChain chain(CniList list, NetworkSpec spec) {
        String bin = spec.options().getOrDefault(BIN, "");
        List<Path> places = bin.isEmpty()
                ? CniChain.USUAL_PLACES
                : Arrays.stream(bin.split(":"))
                        .filter(p -> p.startsWith("/"))
                        .map(Path::of)
                        .toList();
        return new CniChain(list.network(), places, CniChain.TIMEOUT);
    }

    /// The plugins make what they need with the first container.
    @Override
    public void create(Network network) {}

    /// They leave it, too: a bridge stays for others that use the same list.
    @Override
    public void remove(Network network) {}

    @Override
    public Endpoint reserve(Network network, Endpoint endpoint) {
        boolean published = list(network.spec()).has("portMappings");
        if (!endpoint.ports().isEmpty() && !published) {
            throw new Unsupported(
                    "publish ports of container " + endpoint.names().getFirst() + " in network " + network.name(),
                    "none of its plugins has the capability portMappings",
                    "add portmap to the list of plugins, or leave -p out");
        }
        return endpoint;
    }

    @Override
    public Joined join(Network network, Endpoint endpoint, Sandbox sandbox) {
        CniList list = list(network.spec());
        CniChain chain = chain(list, network.spec());
        CniAttachment attachment = attachment(network, endpoint, sandbox, list);
        CniResult result = chain.add(attachment);
        try {
            Endpoint joined = CniOutcome.apply(network, endpoint, sandbox.interfaceName(), result);
            var note = new CniNote(list, attachment, result.document());
            return new Joined(
                    joined.with(CniOutcome.given(result, note.text())), sandbox.interfaceName(), result.hostLinks());
        } catch (GantryException lie) {
            try {
                chain.delete(attachment, result.document());
            } catch (GantryException left) {
                lie.addSuppressed(left);
            }
            throw lie;
        }
    }

    private static CniAttachment attachment(Network network, Endpoint e, Sandbox sandbox, CniList list) {
        Map<String, Object> runtime = new LinkedHashMap<>();
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("IgnoreUnknown", "1");
        if (!e.ports().isEmpty()) {
            runtime.put("portMappings", portMappings(e.ports()));
        }
        List<String> ips = e.request().addresses().stream().map(Ip::toString).toList();
        if (!ips.isEmpty()) {
            // Without the capability most plugins know the older way of asking.
            if (list.has("ips")) {
                runtime.put("ips", ips);
            } else {
                arguments.put("IP", String.join(",", ips));
            }
        }
        if (e.request().mac() != null) {
            if (list.has("mac")) {
                runtime.put("mac", e.request().mac().text());
            } else {
                arguments.put("MAC", e.request().mac().text());
            }
        }
        if (!e.request().aliases().isEmpty()) {
            runtime.put("aliases", Map.of(network.name(), e.request().aliases()));
        }
        runtime.put(
                "dns",
                Map.of(
                        "servers", sandbox.resolver().servers(),
                        "searches", sandbox.resolver().search(),
                        "options", sandbox.resolver().options()));
        return new CniAttachment(e.container().hex(), sandbox.path(), sandbox.interfaceName(), arguments, runtime);
    }

    /// Without an address of the host a mapping is for all of both families.
    private static List<Map<String, Object>> portMappings(List<PublishedPort> ports) {
        Set<Map<String, Object>> all = new LinkedHashSet<>();
        for (PublishedPort p : ports) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("hostPort", p.hostPort());
            one.put("containerPort", p.container().port());
            one.put("protocol", p.container().protocol().wire());
            if (!p.hostIp().isAny()) {
                one.put("hostIP", p.hostIp().toString());
            }
            all.add(one);
        }
        return new ArrayList<>(all);
    }

    /// With the list of then. What was interrupted has none: then the list of now is as good as any.
    @Override
    public void end(Network network, Endpoint endpoint, String path) {
        String text = endpoint.given().note();
        if (text.isEmpty()) {
            CniList list = list(network.spec());
            var sandbox = new Sandbox(path, interfaceName(endpoint), Set.of(), Given.NOTHING.resolver());
            chain(list, network.spec()).delete(attachment(network, endpoint, sandbox, list), Map.of());
            return;
        }
        CniNote note = CniNote.read("end the endpoint in network " + network.name(), text);
        chain(note.list(), network.spec()).delete(note.attachment().in(path), note.result());
    }

    /// What the engine would have called it alone; plugins go by the container's id first.
    private static String interfaceName(Endpoint endpoint) {
        return endpoint.request().driverOptions().getOrDefault("com.docker.network.endpoint.ifname", "eth0");
    }

    /// Only where its user says that nobody else uses this list.
    @Override
    public void settle(Network network, Collection<Attachment> running) {
        if (!network.spec().options().getOrDefault(GC, "false").equals("true")) {
            return;
        }
        List<CniAttachment> valid = new ArrayList<>();
        for (Attachment a : running) {
            if (!a.endpoint().given().note().isEmpty()) {
                valid.add(CniNote.read(
                                "collect garbage of network " + network.name(),
                                a.endpoint().given().note())
                        .attachment());
            }
        }
        chain(list(network.spec()), network.spec()).collect(valid);
    }
}
