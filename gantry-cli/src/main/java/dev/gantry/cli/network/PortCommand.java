package dev.gantry.cli.network;

import dev.gantry.api.container.PortBinding;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Prints where the ports of a container are published.
public final class PortCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine(
                        "port", "CONTAINER [PORT[/PROTOCOL]]", "Print where the ports of a container are published")
                .takes(1, 2)
                .example("gantry port web 80/tcp");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        Map<String, List<PortBinding>> ports = new TreeMap<>(PortCommand::byNumber);
        ports.putAll(call.engine()
                .inspectContainer(args.argument(0))
                .networkSettings()
                .ports());
        if (args.arguments().size() == 1) {
            ports.forEach((port, bindings) -> {
                if (bindings != null) {
                    bindings.forEach(b -> call.print(port + " -> " + address(b)));
                }
            });
            return 0;
        }
        String wanted = args.argument(1).contains("/") ? args.argument(1) : args.argument(1) + "/tcp";
        List<PortBinding> bindings = ports.get(wanted);
        if (bindings == null || bindings.isEmpty()) {
            call.note("gantry: port " + args.argument(1) + " of " + args.argument(0) + ": no public port '" + wanted
                    + "' published for " + args.argument(0) + ": publish it with -p when the container is created");
            return 1;
        }
        bindings.forEach(b -> call.print(address(b)));
        return 0;
    }

    private static String address(PortBinding b) {
        return (b.hostIp().contains(":") ? "[" + b.hostIp() + "]" : b.hostIp()) + ":" + b.hostPort();
    }

    private static int byNumber(String a, String b) {
        int byPort = Integer.compare(number(a), number(b));
        return byPort != 0 ? byPort : a.compareTo(b);
    }

    private static int number(String port) {
        String digits = port.split("/", 2)[0];
        return digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
    }
}
