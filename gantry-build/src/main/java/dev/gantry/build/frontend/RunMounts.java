package dev.gantry.build.frontend;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.path.CleanPath;
import dev.gantry.build.dockerfile.MountFlag;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Mount;
import dev.gantry.build.graph.Op;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The mounts of one `RUN`.
final class RunMounts {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([kmgtp]?)(i?b)?");
    private static final String SECRETS = "/run/secrets/";

    private final Conversion conversion;
    private final StageBuild stage;
    private final Steps steps;
    private final RunStep run;

    RunMounts(Conversion conversion, StageBuild stage, Steps steps, RunStep run) {
        this.conversion = conversion;
        this.stage = stage;
        this.steps = steps;
        this.run = run;
    }

    void add(MountFlag written) {
        MountFlag mount = run.expanded(written);
        switch (mount.type()) {
            case "bind" -> run.mount(bind(mount));
            case "cache" -> run.mount(cache(mount));
            case "tmpfs" -> run.mount(new Mount.Memory(target(mount), size(mount)));
            case "secret" -> secret(mount);
            case "ssh" ->
                run.mount(new Mount.Ssh(
                        mount.key("target").map(this::path).orElse(""),
                        mount.key("id").orElse("default"),
                        truth(mount, "required"),
                        mode(mount, 0600),
                        id(mount, "uid"),
                        id(mount, "gid")));
            case String other -> throw new IllegalStateException(other + " is no type of a mount");
        }
    }

    private Mount bind(MountFlag mount) {
        String source = CleanPath.relative(mount.key("source").orElse(""));
        Files files;
        if (mount.key("from").isPresent()) {
            files = conversion.from(mount.key("from").get(), stage, mount.place());
        } else {
            conversion.contextPaths().add("/" + source);
            files = conversion.context(steps.place());
        }
        return new Mount.Tree(target(mount), run.input(files), source, readOnly(mount, true), OptionalInt.empty());
    }

    private Mount cache(MountFlag mount) {
        String target = target(mount);
        Optional<String> from = mount.key("from");
        OptionalInt input =
                from.isPresent() ? run.input(conversion.from(from.get(), stage, mount.place())) : OptionalInt.empty();
        String space = conversion.wishes().arguments().getOrDefault("BUILDKIT_CACHE_MOUNT_NS", "");
        String id = mount.key("id").filter(i -> !i.isEmpty()).orElse(target);
        Mount.Sharing sharing = switch (mount.key("sharing").orElse("shared").toLowerCase(Locale.ROOT)) {
            case "shared" -> Mount.Sharing.SHARED;
            case "private" -> Mount.Sharing.PRIVATE;
            case "locked" -> Mount.Sharing.LOCKED;
            case String other ->
                throw mount.place().fault("sharing=" + other + " is not known", "use shared, private or locked");
        };
        return new Mount.Cache(
                target,
                space.isEmpty() ? id : space + "/" + id,
                sharing,
                input,
                CleanPath.relative(mount.key("source").orElse("")),
                readOnly(mount, false),
                mode(mount, 0755),
                id(mount, "uid"),
                id(mount, "gid"));
    }

    private void secret(MountFlag mount) {
        Optional<String> target = mount.key("target").filter(t -> !t.isEmpty());
        Optional<String> env = mount.key("env").filter(e -> !e.isEmpty());
        Optional<String> id = mount.key("id").filter(i -> !i.isEmpty());
        if (id.isEmpty() && target.isEmpty() && env.isEmpty()) {
            throw mount.place().fault("a secret has neither id nor target", "add id=name");
        }
        String name = id.or(() -> target.map(t -> t.substring(t.lastIndexOf('/') + 1)))
                .or(() -> env)
                .orElse("");
        boolean required = truth(mount, "required");
        env.ifPresent(variable -> run.secret(new Op.SecretVariable(variable, name, required)));
        if (target.isPresent() || env.isEmpty()) {
            String file = target.map(this::path).orElse(SECRETS + name.substring(name.lastIndexOf('/') + 1));
            run.mount(new Mount.Secret(file, name, required, mode(mount, 0400), id(mount, "uid"), id(mount, "gid")));
        }
    }

    private String path(String path) {
        return CleanPath.from(stage.workdir(), path);
    }

    private String target(MountFlag mount) {
        String target = path(mount.key("target").orElse(""));
        if (target.equals("/")) {
            throw mount.place().fault("invalid mount target \"/\"", "mount at a path below the root");
        }
        return target;
    }

    private static boolean readOnly(MountFlag mount, boolean byDefault) {
        if (mount.key("readonly").isPresent()) {
            return truth(mount, "readonly");
        }
        return mount.key("readwrite").isPresent() ? !truth(mount, "readwrite") : byDefault;
    }

    private static boolean truth(MountFlag mount, String key) {
        return switch (mount.key(key).orElse("false").toLowerCase(Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            case String other -> throw wrong(mount, key, other, "write true or false");
        };
    }

    private static int mode(MountFlag mount, int byDefault) {
        Optional<String> mode = mount.key("mode");
        if (mode.isEmpty()) {
            return byDefault;
        }
        if (!mode.get().matches("[0-7]{1,5}") || Integer.parseInt(mode.get(), 8) > 07777) {
            throw wrong(mount, "mode", mode.get(), "write octal digits such as 0755");
        }
        return Integer.parseInt(mode.get(), 8);
    }

    private static long id(MountFlag mount, String key) {
        String id = mount.key(key).orElse("0");
        if (!id.matches("[0-9]{1,10}") || Long.parseLong(id) > 0xFFFF_FFFEL) {
            throw wrong(mount, key, id, "write a number");
        }
        return Long.parseLong(id);
    }

    private static OptionalLong size(MountFlag mount) {
        Optional<String> size = mount.key("size");
        if (size.isEmpty()) {
            return OptionalLong.empty();
        }
        Matcher m = SIZE.matcher(size.get().toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            throw wrong(mount, "size", size.get(), "write a number with k, m or g");
        }
        int power = m.group(2).isEmpty() ? 0 : "kmgtp".indexOf(m.group(2)) + 1;
        try {
            return OptionalLong.of(Math.multiplyExact(Long.parseLong(m.group(1)), 1L << (10 * power)));
        } catch (ArithmeticException _) {
            throw wrong(mount, "size", size.get(), "write less");
        }
    }

    private static InvalidArgument wrong(MountFlag mount, String key, String value, String todo) {
        return mount.place().fault(key + "=" + value + " of a mount is not understood", todo);
    }
}
