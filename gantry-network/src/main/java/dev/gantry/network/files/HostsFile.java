package dev.gantry.network.files;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A container's hosts(5). Pure.
///
/// ```java
/// String text = HostsFile.common().add(Ip.parse("10.1.0.2"), "web.example.org web").text();
/// ```
public final class HostsFile {
    /// Stands for the host in `--add-host name:host-gateway`.
    public static final String HOST_GATEWAY = "host-gateway";

    /// Under this name programs made for Docker's desktop products look for the host.
    public static final String HOST_NAME = "host.docker.internal";

    private static final String COMMON = """
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::\tip6-localnet
            ff00::\tip6-mcastprefix
            ff02::1\tip6-allnodes
            ff02::2\tip6-allrouters
            """;
    private static final Pattern NAME = Pattern.compile("[^\\s#:=]{1,253}");

    private final StringBuilder text;

    private HostsFile() {
        text = new StringBuilder(COMMON);
    }

    /// `name:address` or `name=address`, read. The address is a text, since `host-gateway` is one too.
    public record Extra(String name, String address) {
        /// The first colon or `=` ends the name, so that IPv6 addresses need no brackets, which are
        /// allowed too.
        public static Extra parse(String entry) {
            int equals = entry.indexOf('=');
            int end = equals >= 0 ? equals : entry.indexOf(':');
            String name = end < 0 ? "" : entry.substring(0, end);
            String address = end < 0 ? "" : entry.substring(end + 1);
            if (address.startsWith("[") && address.endsWith("]")) {
                address = address.substring(1, address.length() - 1);
            }
            boolean readable = NAME.matcher(name).matches()
                    && (address.equals(HOST_GATEWAY) || Ip.find(address).isPresent());
            if (!readable) {
                throw new InvalidArgument(
                        "read extra host " + entry,
                        "bad format for add-host: \"" + entry + "\"",
                        "write name:address, or name:host-gateway for the host itself");
            }
            return new Extra(name, address);
        }
    }

    /// What every host knows: the loopback names.
    public static HostsFile common() {
        return new HostsFile();
    }

    /// What `--add-host` asked for; `host-gateway` becomes the addresses at which this container reaches
    /// the host. Without such an address it is refused. Where there is one, [#HOST_NAME] is known, unless
    /// its user gave it a meaning.
    public HostsFile addExtra(List<Extra> extra, List<Ip> hostAddresses) {
        for (Extra e : extra) {
            if (!e.address().equals(HOST_GATEWAY)) {
                add(Ip.parse(e.address()), e.name());
            } else if (hostAddresses.isEmpty()) {
                throw new InvalidArgument(
                        "add host " + e.name(),
                        "host-gateway has no meaning: the container has no network with the host in it",
                        "connect it to a bridge network, or give an address");
            } else {
                hostAddresses.forEach(ip -> add(ip, e.name()));
            }
        }
        if (extra.stream().noneMatch(e -> e.name().equals(HOST_NAME))) {
            hostAddresses.forEach(ip -> add(ip, HOST_NAME));
        }
        return this;
    }

    /// The container's own name at each of its addresses.
    public HostsFile addSelf(String hostname, String domainname, List<Ip> addresses) {
        List<String> names = new ArrayList<>();
        if (!domainname.isEmpty()) {
            names.add(hostname + "." + domainname);
        }
        names.add(hostname);
        addresses.forEach(ip -> add(ip, String.join(" ", names)));
        return this;
    }

    public HostsFile add(Ip ip, String names) {
        text.append(ip).append('\t').append(names).append('\n');
        return this;
    }

    public String text() {
        return text.toString();
    }
}
