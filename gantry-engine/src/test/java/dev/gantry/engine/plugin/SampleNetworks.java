package dev.gantry.engine.plugin;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The networks of a [SamplePlugin]: each endpoint is one end of a veth pair in the plugin's own namespace.
final class SampleNetworks {
    private final Set<String> networks = new TreeSet<>();

    Map<String, Object> answer(String method, Map<String, ?> request) throws IOException {
        String network = String.valueOf(request.get("NetworkID"));
        String source = "v" + (request.get("EndpointID") + "none").substring(0, 4);
        return switch (method) {
            case "NetworkDriver.GetCapabilities" -> Map.of("Scope", "local");
            case "NetworkDriver.CreateNetwork" -> {
                networks.add(network);
                yield Map.of();
            }
            case "NetworkDriver.DeleteNetwork" ->
                networks.remove(network) ? Map.of() : Map.of("Err", "no such network");
            case "NetworkDriver.CreateEndpoint" -> Map.of("Interface", Map.of("MacAddress", "02:00:00:00:00:07"));
            case "NetworkDriver.Join" -> {
                ip("link", "add", source, "address", "02:00:00:00:00:07", "type", "veth", "peer", "name", "p" + source);
                yield Map.of(
                        "InterfaceName", Map.of("SrcName", source, "DstPrefix", "eth"),
                        "Gateway", "10.99.1.1",
                        "StaticRoutes",
                                List.of(
                                        Map.of("Destination", "10.5.0.0/16", "RouteType", 0, "NextHop", "10.99.1.9"),
                                        Map.of("Destination", "10.6.0.0/16", "RouteType", 1)));
            }
            case "NetworkDriver.Leave" -> {
                ip("link", "delete", source);
                yield Map.of();
            }
            case "NetworkDriver.DeleteEndpoint", "NetworkDriver.ProgramExternalConnectivity" -> Map.of();
            case "NetworkDriver.EndpointOperInfo" -> Map.of("Value", Map.of("seen", "yes"));
            case "IpamDriver.GetDefaultAddressSpaces" ->
                Map.of("LocalDefaultAddressSpace", "SampleLocal", "GlobalDefaultAddressSpace", "SampleGlobal");
            case "IpamDriver.RequestPool" -> Map.of("PoolID", "pool", "Pool", "10.99.1.0/24");
            case "IpamDriver.RequestAddress" -> {
                String wanted = String.valueOf(request.get("Address"));
                yield Map.of("Address", (wanted.isEmpty() ? "10.99.1.1" : wanted) + "/24");
            }
            case "IpamDriver.ReleaseAddress", "IpamDriver.ReleasePool" -> Map.of();
            default -> null;
        };
    }

    private static void ip(String... arguments) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
