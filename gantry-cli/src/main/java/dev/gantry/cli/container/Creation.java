package dev.gantry.cli.container;

import dev.gantry.api.client.EngineError;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.CreateResponse;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.image.Pull;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Makes a container, and pulls its image first when it must.
final class Creation {
    private Creation() {}

    static String create(Invocation call, CreateRequest request) {
        Parsed args = call.args();
        String image = request.image();
        String policy = args.isGiven("pull") ? args.text("pull") : "missing";
        String platform = args.text("platform");
        boolean directory = image.startsWith("dir:");
        if (image.equals("dir:/")) {
            call.note("gantry: the host's files are readable in this container, because its image is dir:/");
        }
        try (OutputStream cidfile = args.isGiven("cidfile")
                ? call.caller().create(args.text("cidfile"))
                : OutputStream.nullOutputStream()) {
            switch (policy) {
                case "always" -> {
                    if (!directory) {
                        pull(call, image, platform);
                    }
                }
                case "missing", "never" -> {}
                default -> throw args.wrong("--pull is always, missing or never, not '" + policy + "'");
            }
            CreateResponse created;
            try {
                created = call.engine().createContainer(args.text("name"), platform, request);
            } catch (EngineError e) {
                boolean missing = e.status() == 404
                        && e.getMessage().toLowerCase(java.util.Locale.ROOT).contains("no such image");
                if (!missing || directory || !policy.equals("missing")) {
                    throw e;
                }
                call.note("Unable to find image '" + image + "' locally");
                pull(call, image, platform);
                created = call.engine().createContainer(args.text("name"), platform, request);
            }
            created.warnings().forEach(w -> call.note("gantry: warning: " + w));
            cidfile.write(created.id().getBytes(StandardCharsets.UTF_8));
            return created.id();
        } catch (IOException e) {
            throw new Unavailable(
                    "write the container's id to " + args.text("cidfile"),
                    String.valueOf(e.getMessage()),
                    "check the disk",
                    e);
        }
    }

    /// Progress goes to the error stream: standard output belongs to the container.
    private static void pull(Invocation call, String image, String platform) {
        Pull.pull(call, image, platform, call.args().on("quiet") ? Pull.Show.NOTHING : Pull.Show.ON_ERR);
    }
}
