package dev.gantry.network.endpoint;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The driver options of an endpoint: the interface's name and its sysctls.
record EndpointOptions(String interfaceName, List<Sysctl> sysctls) {
    private static final String OURS = "com.docker.network.";
    private static final String NAME = OURS + "endpoint.ifname";
    private static final String SYSCTLS = OURS + "endpoint.sysctls";
    /// `IFNAME` stands for the interface, whose name its user does not know yet.
    private static final Pattern SYSCTL =
            Pattern.compile("net\\.(ipv4|ipv6|mpls)\\.(conf|neigh)\\.IFNAME\\.([a-z0-9_]+)=([^/\\s]+)");

    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

    static EndpointOptions read(Map<String, String> options) {
        String name = "";
        List<Sysctl> sysctls = new ArrayList<>();
        for (Map.Entry<String, String> option : options.entrySet()) {
            switch (option.getKey()) {
                case NAME -> name = name(option.getValue());
                case SYSCTLS -> sysctls = sysctls(option.getValue());
                default -> {
                    if (option.getKey().startsWith(OURS)) {
                        throw new InvalidArgument(
                                "read endpoint settings",
                                "an endpoint has no driver option " + option.getKey(),
                                "leave it out, or use " + NAME + " or " + SYSCTLS);
                    }
                }
            }
        }
        return new EndpointOptions(name, sysctls);
    }

    private static String name(String value) {
        if (!INTERFACE.matcher(value).matches() || value.equals("lo") || value.equals(".") || value.equals("..")) {
            throw new InvalidArgument(
                    "read endpoint settings",
                    "invalid interface name " + value + " in " + NAME,
                    "use up to 15 letters, digits, dots, dashes or underscores");
        }
        return value;
    }

    private static List<Sysctl> sysctls(String value) {
        List<Sysctl> sysctls = new ArrayList<>();
        for (String part : value.split(",", -1)) {
            Matcher m = SYSCTL.matcher(part.strip());
            if (!m.matches()) {
                throw new InvalidArgument(
                        "read endpoint settings",
                        "unable to parse sysctl " + part + " in " + SYSCTLS,
                        "write net.ipv4.conf.IFNAME.log_martians=1, several with commas between");
            }
            sysctls.add(new Sysctl("net." + m.group(1) + "." + m.group(2) + ".IFNAME." + m.group(3), m.group(4)));
        }
        return sysctls;
    }
}
