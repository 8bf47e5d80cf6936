package dev.gantry.cli.container;

import dev.gantry.api.container.DeviceMapping;
import dev.gantry.api.container.DeviceRequest;
import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// `--device`: a device of the host, or the full name of one that its vendor describes.
record Devices(List<DeviceMapping> mappings, List<DeviceRequest> requests) {
    /// `vendor.com/class=name`.
    private static final Pattern NAMED =
            Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*/[A-Za-z][A-Za-z0-9_-]*=[A-Za-z0-9][A-Za-z0-9_.:-]*");

    private static final Pattern ACCESS = Pattern.compile("[rwm]{1,3}");

    /// `gpus` is empty, `all`, a number or `device=` and ids.
    static Devices of(List<String> flags, String gpus) {
        List<DeviceMapping> mappings = new ArrayList<>();
        List<String> named = new ArrayList<>();
        for (String flag : flags) {
            if (NAMED.matcher(flag).matches()) {
                named.add(flag);
            } else {
                mappings.add(mapping(flag));
            }
        }
        List<DeviceRequest> requests = new ArrayList<>();
        if (!named.isEmpty()) {
            requests.add(new DeviceRequest("cdi", 0, named, List.of(), null));
        }
        if (!gpus.isEmpty()) {
            requests.add(cards(gpus));
        }
        return new Devices(mappings, requests);
    }

    private static DeviceRequest cards(String gpus) {
        List<List<String>> able = List.of(List.of("gpu"));
        if (gpus.startsWith("device=")) {
            List<String> ids = List.of(gpus.substring("device=".length()).split(","));
            return new DeviceRequest("", 0, ids, able, null);
        }
        if (!gpus.matches("all|[0-9]{1,4}")) {
            throw new InvalidArgument("run with --gpus " + gpus, "it is no number", "use all, 2 or device=0,1");
        }
        return new DeviceRequest("", gpus.equals("all") ? -1 : Integer.parseInt(gpus), null, able, null);
    }

    /// `/dev/x`, `/dev/x:/dev/y`, `/dev/x:r` or `/dev/x:/dev/y:r`.
    private static DeviceMapping mapping(String flag) {
        String[] parts = flag.split(":", 3);
        String target = parts[0];
        String access = "rwm";
        if (parts.length == 2 && ACCESS.matcher(parts[1]).matches()) {
            access = parts[1];
        } else if (parts.length > 1) {
            target = parts[1];
        }
        return new DeviceMapping(parts[0], target, parts.length == 3 ? parts[2] : access);
    }
}
