package dev.gantry.cli.volume;

import dev.gantry.api.volume.VolumeCreate;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Makes a volume and prints its name.
public final class VolumeCreateCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("volume create", "[VOLUME]", "Make a volume")
                .text('d', "driver", "name", "Driver of the volume: local, or a plugin")
                .list("label", "key=value", "Set a label")
                .list('o', "opt", "key=value", "Option of the driver: type, device, o, size, backing")
                .notYet(List.of(
                        "availability",
                        "group",
                        "limit-bytes",
                        "required-bytes",
                        "scope",
                        "secret",
                        "sharing",
                        "topology-preferred",
                        "topology-required",
                        "type"))
                .takes(0, 1)
                .example("gantry volume create data")
                .example("gantry volume create -o size=10g data")
                .example("gantry volume create -o type=nfs -o device=:/export -o o=addr=server,vers=4 shared")
                .example("gantry volume create -o type=tmpfs -o device=tmpfs -o o=size=64m scratch");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        Map<String, String> labels = new LinkedHashMap<>();
        for (String label : args.list("label")) {
            int equals = label.indexOf('=');
            labels.put(equals < 0 ? label : label.substring(0, equals), equals < 0 ? "" : label.substring(equals + 1));
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : args.list("opt")) {
            int equals = option.indexOf('=');
            if (equals <= 0) {
                throw args.wrong("--opt is key=value, not '" + option + "'");
            }
            options.put(option.substring(0, equals), option.substring(equals + 1));
        }
        String name = args.arguments().isEmpty() ? "" : args.argument(0);
        call.print(call.engine()
                .createVolume(new VolumeCreate(name, args.text("driver"), options, labels, null))
                .name());
        return 0;
    }
}
