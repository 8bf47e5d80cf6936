package dev.gantry.engine.plugin.cdi;

import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.plugin.PluginAnswer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// One file of a vendor: its devices, and what every one of them needs. CDI specification 1.0 §"JSON
/// Definition". What
/// this engine cannot give is told when a device that needs it is asked for, not earlier.
record CdiSpec(String kind, PluginAnswer common, Map<String, PluginAnswer> devices) {
    private static final Set<String> VERSIONS =
            Set.of("0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0");
    private static final Pattern VARIABLE = Pattern.compile("[^=\0]+=[^\0]*");
    private static final long HIGHEST_ID = 0xffff_fffeL;
    private static final int HIGHEST_MODE = 07777;

    /// [InvalidArgument] with `what` when it is not as the specification says.
    static CdiSpec read(String what, PluginAnswer document) {
        try {
            if (!VERSIONS.contains(document.text("cdiVersion"))) {
                throw wrong(what, "its cdiVersion is \"" + PluginAnswer.shown(document.text("cdiVersion")) + "\"");
            }
            String kind = document.text("kind");
            if (!CdiName.KIND.matcher(kind).matches()) {
                throw wrong(what, "its kind \"" + PluginAnswer.shown(kind) + "\" is not vendor/class");
            }
            Map<String, PluginAnswer> devices = new LinkedHashMap<>();
            for (PluginAnswer d : document.objects("devices")) {
                String name = d.text("name");
                if (!CdiName.DEVICE.matcher(name).matches()) {
                    throw wrong(what, "no device can be called \"" + PluginAnswer.shown(name) + "\"");
                }
                if (devices.put(name, d.object("containerEdits")) != null) {
                    throw wrong(what, "it has the device " + name + " twice");
                }
            }
            if (devices.isEmpty()) {
                throw wrong(what, "it has no devices");
            }
            return new CdiSpec(kind, document.object("containerEdits"), devices);
        } catch (Internal wrongType) {
            throw wrong(what, wrongType.why());
        }
    }

    /// `what` is who asks for it: `use CDI device …`.
    static CdiEdits edits(String what, PluginAnswer edits) {
        try {
            refuse(what, edits, "hooks", !edits.objects("hooks").isEmpty());
            refuse(what, edits, "intelRdt", edits.has("intelRdt"));
            refuse(what, edits, "netDevices", !edits.objects("netDevices").isEmpty());
            List<String> env = edits.texts("env");
            for (String variable : env) {
                if (!VARIABLE.matcher(variable).matches()) {
                    throw wrong(what, "\"" + PluginAnswer.shown(variable) + "\" is no NAME=value");
                }
            }
            List<CdiEdits.DeviceNode> nodes = new ArrayList<>();
            for (PluginAnswer n : edits.objects("deviceNodes")) {
                nodes.add(node(what, n));
            }
            List<CdiEdits.Mount> mounts = new ArrayList<>();
            for (PluginAnswer m : edits.objects("mounts")) {
                mounts.add(new CdiEdits.Mount(
                        path(what, m, "hostPath"), path(what, m, "containerPath"), m.text("type"), m.texts("options")));
            }
            return new CdiEdits(env, nodes, mounts, edits.numbers("additionalGids", HIGHEST_ID));
        } catch (Internal wrongType) {
            throw wrong(what, wrongType.why());
        }
    }

    private static CdiEdits.DeviceNode node(String what, PluginAnswer n) {
        String path = path(what, n, "path");
        String type = n.text("type");
        if (!Set.of("", "b", "c", "u", "p").contains(type)) {
            throw wrong(what, "the type \"" + PluginAnswer.shown(type) + "\" of " + path + " is none of b, c, u and p");
        }
        String permissions = n.text("permissions");
        if (!permissions.matches("[rwm]{0,3}")) {
            throw wrong(what, "the permissions of " + path + " are not of r, w and m");
        }
        return new CdiEdits.DeviceNode(
                path,
                n.has("hostPath") ? path(what, n, "hostPath") : path,
                type,
                optional(n, "major", Integer.MAX_VALUE),
                optional(n, "minor", Integer.MAX_VALUE),
                optional(n, "fileMode", HIGHEST_MODE).map(Long::intValue),
                permissions.isEmpty() ? "rwm" : permissions,
                optional(n, "uid", HIGHEST_ID),
                optional(n, "gid", HIGHEST_ID));
    }

    private static Optional<Long> optional(PluginAnswer from, String field, long most) {
        return from.has(field) ? Optional.of(from.number(field, 0, most)) : Optional.empty();
    }

    private static String path(String what, PluginAnswer from, String field) {
        String path = from.text(field);
        boolean climbs = List.of(path.split("/")).contains("..");
        if (!path.startsWith("/") || climbs) {
            throw wrong(what, field + " \"" + PluginAnswer.shown(path) + "\" is not an absolute path without ..");
        }
        return path;
    }

    private static void refuse(String what, PluginAnswer edits, String field, boolean asked) {
        if (asked) {
            throw new Unsupported(
                    what,
                    "its specification asks for " + field + ", which this engine does not apply",
                    "ask the vendor for a specification without " + field);
        }
    }

    private static InvalidArgument wrong(String what, String why) {
        return new InvalidArgument(what, why, "correct the file, as CDI specification 1.0 has it");
    }
}
