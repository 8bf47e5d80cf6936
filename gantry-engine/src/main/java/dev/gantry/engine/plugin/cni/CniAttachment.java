package dev.gantry.engine.plugin.cni;

import dev.gantry.base.InvalidArgument;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// One interface of one container in one network: CNI specification 1.1 §"Parameters". `namespace` is a
/// path such as
/// `/proc/4711/ns/net`, and empty when the container has ended. `runtime` is what a plugin is told that
/// declares the
/// capability of that name, such as `portMappings`.
public record CniAttachment(
        String containerId,
        String namespace,
        String interfaceName,
        Map<String, String> arguments,
        Map<String, Object> runtime) {
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");
    private static final int LONGEST_INTERFACE = 15; // IFNAMSIZ of <linux/if.h> less its end

    public CniAttachment {
        arguments = java.util.Collections.unmodifiableMap(new TreeMap<>(arguments));
        runtime = Map.copyOf(runtime);
        String what = "attach a container to a CNI network";
        if (!ID.matcher(containerId).matches()) {
            throw new InvalidArgument(
                    what, "the id " + containerId + " is none", "use letters and digits, then also _ . and -");
        }
        boolean badName = interfaceName.isEmpty()
                || interfaceName.length() > LONGEST_INTERFACE
                || interfaceName.equals(".")
                || interfaceName.equals("..")
                || interfaceName.chars().anyMatch(c -> c == '/' || c == ':' || c <= ' ');
        if (badName) {
            throw new InvalidArgument(
                    what, "no interface can be called \"" + interfaceName + "\"", "use up to 15 characters");
        }
        arguments.forEach((key, value) -> {
            if ((key + value).indexOf(';') >= 0 || key.indexOf('=') >= 0) {
                throw new InvalidArgument(what, "the argument " + key + " has a ; or =", "use other characters");
            }
        });
    }

    /// Without further arguments.
    public static CniAttachment of(String containerId, String namespace, String interfaceName) {
        return new CniAttachment(containerId, namespace, interfaceName, Map.of(), Map.of());
    }

    /// The same by another path of its namespace, or none.
    public CniAttachment in(String path) {
        return new CniAttachment(containerId, path, interfaceName, arguments, runtime);
    }

    /// The same when the namespace is gone.
    public CniAttachment ended() {
        return new CniAttachment(containerId, "", interfaceName, arguments, runtime);
    }
}
