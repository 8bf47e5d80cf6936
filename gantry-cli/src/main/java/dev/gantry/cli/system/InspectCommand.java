package dev.gantry.cli.system;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.ArrayList;
import java.util.List;

/// Prints all that the engine knows about containers, images, networks and volumes.
public final class InspectCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine(
                        "inspect",
                        "NAME|ID [NAME|ID...]",
                        "Print all there is to know about containers, images, networks, volumes or plugins")
                .text('f', "format", "template", "Print with a Go template, or 'json'")
                .toggle('s', "size", "Tell how large the files of a container are")
                .text("type", "type", "Look only among these: container, image, network, volume or plugin")
                .takes(1, Integer.MAX_VALUE)
                .example("gantry inspect -f '{{.State.Status}} {{json .HostConfig.Memory}}' web");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String type = args.text("type");
        if (!List.of("", "container", "image", "network", "volume", "plugin").contains(type)) {
            throw args.wrong("--type is container, image, network, volume or plugin, not '" + type + "'");
        }
        String kinds = type.isEmpty() ? "container, image, network, volume or plugin" : type;
        return Inspection.print(call, kinds, name -> Inspection.first(call, places(call, name, type)));
    }

    private static List<Request> places(Invocation call, String name, String type) {
        List<Request> places = new ArrayList<>();
        if (type.isEmpty() || type.equals("container")) {
            places.add(Request.get("/containers/" + Request.segment(name) + "/json")
                    .with("size", call.args().on("size")));
        }
        if (type.isEmpty() || type.equals("image")) {
            places.add(Request.get("/images/" + Request.segment(name) + "/json"));
        }
        if (type.isEmpty() || type.equals("network")) {
            places.add(Request.get("/networks/" + Request.segment(name)));
        }
        if (type.isEmpty() || type.equals("volume")) {
            places.add(Request.get("/volumes/" + Request.segment(name)));
        }
        if (type.isEmpty() || type.equals("plugin")) {
            places.add(Request.get("/plugins/" + Request.segment(name) + "/json"));
        }
        return places;
    }
}
