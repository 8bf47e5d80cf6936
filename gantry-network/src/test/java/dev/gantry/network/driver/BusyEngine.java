package dev.gantry.network.driver;

import dev.gantry.linux.Linux;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.TestHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A process to be killed: creates, connects, publishes, disconnects and removes until then, in the network
/// namespace it was started in. The argument is where its container gives sockets.
final class BusyEngine {
    private BusyEngine() {}

    @SuppressWarnings("InfiniteLoopStatement")
    public static void main(String[] arguments) {
        KernelNetworks driver = KernelNetworks.open(Linux.host(), Instance.DEFAULT, Underlay.NONE);
        driver.reconcile(List.of(), List.of());
        System.out.println("ready");
        for (int i = 0; ; i++) {
            Network network = Networks.dual("n" + i % 7, "10." + i % 7 + ".0.0/24", "fd00:" + i % 7 + "::/64");
            driver.create(network);
            Attachment a = Placed.in(network, new Addresses(network, Set.of()), "c" + i, (9000 + i % 50) + ":80");
            var plan = SandboxPlan.of(
                    Instance.DEFAULT, List.of(a), Map.of(a.endpoint().id(), "eth" + i));
            try (ContainerSockets sockets = TestHost.socketsAt(Path.of(arguments[0]))) {
                driver.attach(a, plan.endpoints().getFirst(), sockets);
                driver.publish(a);
                if (i % 2 == 0) {
                    driver.detach(plan.endpoints().getFirst(), sockets);
                }
            }
            driver.release(List.of(a.endpoint().id()));
            if (i % 3 == 0) {
                driver.remove(network);
            }
        }
    }
}
