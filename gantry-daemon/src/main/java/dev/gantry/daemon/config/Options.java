package dev.gantry.daemon.config;

import dev.gantry.daemon.config.Option.Form;
import dev.gantry.daemon.config.Option.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The table of all options: those of dockerd 28.5 by its names, then our own.
public final class Options {
    private static final String CONTAINERD =
            "this engine runs containers and keeps images by itself, without containerd";
    private static final String RUNTIMES = "other runtimes cannot be registered yet";
    private static final String REAL_TIME = "there is no parent group of this engine with a share of real time";
    private static final String SWARM = "there is no swarm yet";
    private static final String FIREWALL = "the rules of networks are always made, in a table of nftables of their own";

    private static final String GATEWAY = "the gateway of the network bridge is its own address on the host";

    private static final List<Option> ALL = table();

    private Options() {}

    public static List<Option> all() {
        return ALL;
    }

    static Optional<Option> byFlag(String name) {
        return ALL.stream()
                .filter(o ->
                        !name.isEmpty() && (o.flag().equals(name) || o.letter().equals(name)))
                .findFirst();
    }

    static Optional<Option> byKey(String key) {
        return ALL.stream().filter(o -> !key.isEmpty() && o.key().equals(key)).findFirst();
    }

    private static List<Option> table() {
        var t = new Table();
        t.refused("add-runtime", "runtimes", Form.MAP, RUNTIMES);
        t.refused("allow-direct-routing", Form.FLAG, "containers are reached from outside by published ports alone");
        t.obeyed("authorization-plugin", "authorization-plugins", Form.LIST);
        t.obeyed("bip", Form.TEXT);
        t.obeyed("bip6", Form.TEXT);
        t.refused("bridge", "b", "bridge", Form.TEXT, "the network bridge is always made by this engine");
        t.obeyed("cdi-spec-dir", "cdi-spec-dirs", Form.PATHS);
        t.obeyed("cgroup-parent", Form.TEXT);
        t.obeyed("config-file", "", Form.TEXT);
        t.refused("containerd", Form.TEXT, CONTAINERD);
        t.refused("containerd-namespace", Form.TEXT, CONTAINERD);
        t.refused("containerd-plugins-namespace", Form.TEXT, CONTAINERD);
        t.refused("cpu-rt-period", Form.NUMBER, REAL_TIME);
        t.refused("cpu-rt-runtime", Form.NUMBER, REAL_TIME);
        t.only("cri-containerd", Form.FLAG, "false", CONTAINERD);
        t.obeyed("data-root", Form.PATH);
        t.add("debug", "D", "debug", Form.FLAG, Option.OBEYED);
        t.obeyed("default-address-pool", "default-address-pools", Form.POOLS);
        t.obeyed("default-cgroupns-mode", Form.TEXT);
        t.refused("default-gateway", Form.TEXT, GATEWAY);
        t.refused("default-gateway-v6", Form.TEXT, GATEWAY);
        t.reloaded("default-ipc-mode", Form.TEXT);
        t.obeyed("default-network-opt", "default-network-opts", Form.NESTED);
        t.only("default-runtime", Form.TEXT, "runc", RUNTIMES);
        t.reloaded("default-shm-size", Form.TEXT);
        t.obeyed("default-ulimit", "default-ulimits", Form.ULIMITS);
        t.obeyed("dns", Form.LIST);
        t.obeyed("dns-opt", "dns-opts", Form.LIST);
        t.obeyed("dns-search", Form.LIST);
        t.only("exec-opt", "exec-opts", Form.LIST, "native.cgroupdriver=cgroupfs", "control groups are made as files");
        t.obeyed("exec-root", Form.PATH);
        t.obeyed("experimental", Form.FLAG);
        t.refused("feature", "features", Form.MAP, "this engine has none of these features, and nothing to switch");
        t.obeyed("fixed-cidr", Form.TEXT);
        t.obeyed("fixed-cidr-v6", Form.TEXT);
        t.obeyed("group", "G", "group", Form.TEXT);
        t.add("help", "h", "", Form.FLAG, Option.OBEYED);
        t.add("host", "H", "hosts", Form.LIST, Option.OBEYED);
        t.refused("host-gateway-ip", "host-gateway-ips", Form.LIST, "host-gateway is the gateway of the network");
        t.obeyed("http-proxy", "proxies.http-proxy", Form.TEXT);
        t.obeyed("https-proxy", "proxies.https-proxy", Form.TEXT);
        t.obeyed("icc", Form.FLAG);
        t.obeyed("init", Form.FLAG);
        t.refused("init-path", Form.PATH, "the init is part of this engine");
        t.add("insecure-registry", "", "insecure-registries", Form.LIST, Option.RELOADED);
        t.obeyed("ip", Form.TEXT);
        t.only("ip-forward", Form.FLAG, "true", "forwarding is turned on when a container needs it");
        t.only("ip-forward-no-drop", Form.FLAG, "false", "this host never becomes a router between others");
        t.obeyed("ip-masq", Form.FLAG);
        t.only("ip6tables", Form.FLAG, "true", FIREWALL);
        t.only("iptables", Form.FLAG, "true", FIREWALL);
        t.obeyed("ipv6", Form.FLAG);
        t.add("label", "", "labels", Form.LIST, Option.RELOADED);
        t.only("live-restore", Form.FLAG, "true", "containers always outlive the daemon");
        t.obeyed("log-driver", Form.TEXT);
        t.only("log-format", Form.TEXT, "text", "the log has one form");
        t.add("log-level", "l", "log-level", Form.TEXT, Option.OBEYED);
        t.obeyed("log-opt", "log-opts", Form.MAP);
        t.reloaded("max-concurrent-downloads", Form.NUMBER);
        t.only("max-concurrent-uploads", Form.NUMBER, "1", "layers are sent one after the other");
        t.refused("max-download-attempts", Form.NUMBER, "how often a transfer is tried again is not to be chosen yet");
        t.obeyed("metrics-addr", Form.TEXT);
        t.obeyed("mtu", Form.NUMBER);
        t.refused("network-control-plane-mtu", Form.NUMBER, SWARM);
        t.obeyed("no-new-privileges", Form.FLAG);
        t.obeyed("no-proxy", "proxies.no-proxy", Form.TEXT);
        t.refused("node-generic-resource", "node-generic-resources", Form.LIST, SWARM);
        t.add("pidfile", "p", "pidfile", Form.PATH, Option.OBEYED);
        t.only("raw-logs", Form.FLAG, "true", "the log has full times and no colours");
        t.add("registry-mirror", "", "registry-mirrors", Form.LIST, Option.RELOADED);
        t.refused("rootless", Form.FLAG, "an engine of an ordinary user becomes so by itself");
        t.obeyed("seccomp-profile", Form.TEXT);
        t.only("selinux-enabled", Form.FLAG, "false", "there is no SELinux");
        t.obeyed("shutdown-timeout", Form.NUMBER);
        t.add("storage-driver", "s", "storage-driver", Form.TEXT, Option.OBEYED);
        t.refused("storage-opt", "storage-opts", Form.LIST, "the storage driver has no options");
        t.refused("swarm-default-advertise-addr", Form.TEXT, SWARM);
        t.obeyed("tls", Form.FLAG);
        t.obeyed("tlscacert", Form.PATH);
        t.obeyed("tlscert", Form.PATH);
        t.obeyed("tlskey", Form.PATH);
        t.obeyed("tlsverify", Form.FLAG);
        t.only(
                "userland-proxy",
                Form.FLAG,
                "true",
                "what rules cannot do for a published port the engine carries itself");
        t.refused("userland-proxy-path", Form.PATH, "published ports are carried by the engine itself");
        t.obeyed("userns-remap", Form.TEXT);
        t.add("validate", "", "", Form.FLAG, Option.OBEYED);
        t.add("version", "v", "", Form.FLAG, Option.OBEYED);
        t.add(
                "",
                "",
                "builder",
                Form.TEXT,
                new Rule.Refused("the cache of builds has at most 20 GB, which is not to be chosen yet"));
        t.add("", "", "network-diagnostic-port", Form.NUMBER, new Rule.Refused(SWARM));
        t.add("", "", "swarm-raft-heartbeat-tick", Form.NUMBER, new Rule.Refused(SWARM));
        t.add("", "", "swarm-raft-election-tick", Form.NUMBER, new Rule.Refused(SWARM));
        t.obeyed("access-rules", Form.PATH);
        t.obeyed("audit-log", Form.PATH);
        t.obeyed("rootless-net", Form.TEXT);
        t.obeyed("overlay-advertise", Form.TEXT);
        t.obeyed("overlay-peer", "overlay-peers", Form.LIST);
        t.obeyed("overlay-tls-ca", Form.PATH);
        t.obeyed("overlay-tls-cert", Form.PATH);
        t.obeyed("overlay-tls-key", Form.PATH);
        t.obeyed("overlay-data-port", Form.NUMBER);
        t.obeyed("overlay-grace", Form.TEXT);
        return List.copyOf(t.rows);
    }

    private static final class Table {
        private final List<Option> rows = new ArrayList<>();

        void add(String flag, String letter, String key, Form form, Rule rule) {
            rows.add(new Option(flag, letter, key, form, rule));
        }

        void obeyed(String name, Form form) {
            add(name, "", name, form, Option.OBEYED);
        }

        void obeyed(String flag, String key, Form form) {
            add(flag, "", key, form, Option.OBEYED);
        }

        void obeyed(String flag, String letter, String key, Form form) {
            add(flag, letter, key, form, Option.OBEYED);
        }

        void reloaded(String name, Form form) {
            add(name, "", name, form, Option.RELOADED);
        }

        void only(String name, Form form, String value, String why) {
            only(name, name, form, value, why);
        }

        void only(String flag, String key, Form form, String value, String why) {
            add(flag, "", key, form, new Rule.Only(value, why));
        }

        void refused(String name, Form form, String why) {
            refused(name, name, form, why);
        }

        void refused(String flag, String key, Form form, String why) {
            refused(flag, "", key, form, why);
        }

        void refused(String flag, String letter, String key, Form form, String why) {
            add(flag, letter, key, form, new Rule.Refused(why));
        }
    }
}
