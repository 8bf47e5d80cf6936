package dev.gantry.it;

import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Bodies of requests which are almost right: JSON with values that nobody expects, archives with bytes that lie.
final class FuzzBodies {
    private static final Pattern VALUE =
            Pattern.compile("\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|-?\\d++|true|false|null");

    private static final String CREATE = """
            {"Hostname": "h", "Domainname": "d", "User": "0:0", "AttachStdin": false, "Tty": false, "OpenStdin": true,
             "Env": ["A=b", "C"], "Cmd": ["/bin/true"], "Entrypoint": null, "Image": "busybox:it", "WorkingDir": "/tmp",
             "Labels": {"a": "b"}, "StopSignal": "SIGKILL", "StopTimeout": 1, "ExposedPorts": {"80/tcp": {}},
             "Volumes": {"/data": {}}, "Shell": ["/bin/sh"], "MacAddress": "02:42:ac:11:00:09", "NetworkDisabled": false,
             "Healthcheck": {"Test": ["CMD", "/bin/true"], "Interval": 1000000000, "Timeout": 1000000000, "Retries": 3,
                             "StartPeriod": 0, "StartInterval": 1000000},
             "HostConfig": {"NetworkMode": "net", "Memory": 67108864, "MemorySwap": -1, "MemoryReservation": 0,
               "KernelMemory": 0, "CpuShares": 2, "NanoCpus": 0, "CpuPeriod": 100000, "CpuQuota": 50000, "CpusetCpus": "0",
               "CpusetMems": "0", "PidsLimit": 64, "BlkioWeight": 0, "BlkioWeightDevice": [],
               "BlkioDeviceReadBps": [{"Path": "/dev/null", "Rate": 1024}], "OomKillDisable": false, "OomScoreAdj": 10,
               "Ulimits": [{"Name": "nofile", "Soft": 64, "Hard": 128}], "CapAdd": ["NET_ADMIN"], "CapDrop": ["ALL"],
               "Dns": ["10.0.0.1"], "DnsOptions": ["ndots:1"], "DnsSearch": ["x"], "ExtraHosts": ["a:10.0.0.1"],
               "GroupAdd": ["1"], "Links": [], "Init": true, "ReadonlyRootfs": true, "AutoRemove": false,
               "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
               "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "0"}]}, "PublishAllPorts": false,
               "Binds": ["vol:/v:ro"], "Mounts": [{"Type": "volume", "Source": "vol", "Target": "/m", "ReadOnly": true,
                  "VolumeOptions": {"NoCopy": true, "Labels": {"a": "b"}, "DriverConfig": {"Name": "local", "Options": {}}}},
                 {"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 4096, "Mode": 511}}],
               "Tmpfs": {"/run": "size=4k"}, "VolumesFrom": ["still:ro"], "VolumeDriver": "", "ShmSize": 4096,
               "SecurityOpt": ["no-new-privileges"], "StorageOpt": {}, "Sysctls": {"net.ipv4.ip_forward": "1"},
               "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/nul", "CgroupPermissions": "rwm"}],
               "DeviceCgroupRules": ["c 1:3 rwm"], "DeviceRequests": [], "CgroupnsMode": "private", "IpcMode": "private",
               "PidMode": "", "UsernsMode": "", "Isolation": "", "Runtime": "", "MaskedPaths": ["/proc/kcore"],
               "ReadonlyPaths": ["/proc/bus"], "ConsoleSize": [24, 80], "ContainerIDFile": "", "Annotations": {"a": "b"}},
             "NetworkingConfig": {"EndpointsConfig": {"net": {"Aliases": ["x"], "Links": null, "MacAddress": "",
               "DriverOpts": {}, "GwPriority": 1, "IPAMConfig": {"IPv4Address": "10.55.0.77", "LinkLocalIPs": []}}}}}""";

    /// By the end of the route that takes them.
    private static final Map<String, String> JSON = Map.ofEntries(
            Map.entry("/containers/create", CREATE),
            Map.entry("/update", """
                    {"Memory": 33554432, "MemorySwap": -1, "CpuShares": 5, "PidsLimit": 9, "NanoCpus": 100000000,
                     "CpusetCpus": "0", "BlkioWeight": 0, "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}}"""),
            Map.entry(
                    "/ports",
                    "{\"Add\": {\"80/tcp\": [{\"HostIp\": \"127.0.0.1\", \"HostPort\": \"0\"}]}, \"Remove\": []}"),
            Map.entry("/exec", """
                    {"AttachStdin": true, "AttachStdout": true, "AttachStderr": true, "Tty": false, "DetachKeys": "ctrl-p",
                     "Cmd": ["/bin/true"], "Env": ["A=b"], "User": "0", "WorkingDir": "/", "Privileged": false,
                     "ConsoleSize": [24, 80]}"""),
            Map.entry("/start", "{\"Detach\": false, \"Tty\": false, \"ConsoleSize\": [24, 80]}"),
            Map.entry("/networks/create", """
                    {"Name": "other", "Driver": "bridge", "Internal": true, "Attachable": true, "EnableIPv6": false,
                     "EnableIPv4": true, "CheckDuplicate": true, "Scope": "local", "ConfigOnly": false, "ConfigFrom": null,
                     "IPAM": {"Driver": "default", "Options": {}, "Config": [{"Subnet": "10.56.0.0/24",
                       "IPRange": "10.56.0.0/25", "Gateway": "10.56.0.1", "AuxiliaryAddresses": {"a": "10.56.0.9"}}]},
                     "Options": {"com.docker.network.driver.mtu": "1400"}, "Labels": {"a": "b"}}"""),
            Map.entry("/connect", """
                    {"Container": "box", "EndpointConfig": {"Aliases": ["y"], "IPAMConfig": {"IPv4Address": "10.55.0.99"},
                     "MacAddress": "02:42:0a:37:00:63", "DriverOpts": {"a": "b"}, "GwPriority": 0}}"""),
            Map.entry("/disconnect", "{\"Container\": \"box\", \"Force\": true}"),
            Map.entry("/volumes/create", """
                    {"Name": "more", "Driver": "local", "DriverOpts": {"type": "tmpfs", "device": "tmpfs", "o": "size=4k"},
                     "Labels": {"a": "b"}, "ClusterVolumeSpec": null}"""),
            Map.entry("/auth", """
                    {"username": "u", "password": "p", "email": "", "serveraddress": "registry.invalid", "identitytoken": ""}"""),
            Map.entry("/commit", "{\"Cmd\": [\"/bin/true\"], \"Env\": [\"A=b\"], \"Labels\": {\"a\": \"b\"}}"),
            Map.entry("/checkpoints", "{\"CheckpointID\": \"c\", \"CheckpointDir\": \"\", \"Exit\": false}"),
            Map.entry("/set", "[\"A=b\"]"),
            Map.entry("/plugins/pull", "[{\"Name\": \"network\", \"Description\": \"\", \"Value\": [\"host\"]}]"),
            Map.entry("/rename", "{\"Name\": \"other\"}"),
            Map.entry("/snapshot", "{\"Name\": \"snap\"}"),
            Map.entry("/clone", "{\"Name\": \"copy\"}"),
            Map.entry("/restore", "{\"From\": \"snap\"}"),
            Map.entry("/expand", "{\"Size\": \"1m\"}"));

    private static final List<String> ODD = List.of(
            "null",
            "true",
            "-1",
            "0",
            "4294967296",
            "9223372036854775807",
            "-9223372036854775809",
            "1e400",
            "0.5",
            "1.",
            "[]",
            "{}",
            "[null]",
            "{\"a\":null}",
            "[[[[[[]]]]]]",
            "\"\"",
            "\" \"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"../../../etc/passwd\"",
            "\"/\"",
            "\"//..//\"",
            "\"a:b:c:d\"",
            "\"container:nosuch\"",
            "\"container:\"",
            "\"sha256:0\"",
            "\"0.0.0.0/0\"",
            "\"::/0\"",
            "\"fe80::1%x\"",
            "\"99999999999999999999\"",
            "\"-5\"",
            "\"=\"",
            "\"=x\"",
            "\"%s%n\"",
            "\"box\"",
            "\"tcp\"",
            "\"1-2-3\"",
            "\"80-70/tcp\"",
            "\"a\\nb\"",
            "\"\u00fc\u4e2d\"");

    private FuzzBodies() {}

    static byte[] json(String route, Random random) {
        String text = "{}";
        for (Map.Entry<String, String> each : JSON.entrySet()) {
            if (route.endsWith(each.getKey())) {
                text = each.getValue();
            }
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            text = odd(text, random);
        }
        return random.nextInt(4) == 0
                ? torn(text.getBytes(StandardCharsets.UTF_8), random)
                : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String odd(String text, Random random) {
        if (random.nextInt(40) == 0) {
            String open = random.nextBoolean() ? "[" : "{\"a\":";
            return open.repeat(1 + random.nextInt(20_000));
        }
        if (random.nextInt(4) == 0) {
            return without(text, random);
        }
        Matcher values = VALUE.matcher(text);
        List<int[]> places = new ArrayList<>();
        while (values.find()) {
            places.add(new int[] {values.start(), values.end()});
        }
        if (places.isEmpty()) {
            return text;
        }
        int[] place = places.get(random.nextInt(places.size()));
        String odd = random.nextInt(30) == 0
                ? "\"" + "x".repeat(1 << random.nextInt(18)) + "\""
                : ODD.get(random.nextInt(ODD.size()));
        return text.substring(0, place[0]) + odd + text.substring(place[1]);
    }

    /// A whole object or list becomes something else.
    private static String without(String text, Random random) {
        int open = random.nextInt(text.length());
        while (open > 0 && "{[".indexOf(text.charAt(open)) < 0) {
            open--;
        }
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            if (depth == 0) {
                return text.substring(0, open) + ODD.get(random.nextInt(ODD.size())) + text.substring(i + 1);
            }
        }
        return text;
    }

    /// Cut off, or with some bytes changed.
    static byte[] torn(byte[] whole, Random random) {
        if (whole.length == 0) {
            return whole;
        }
        if (random.nextBoolean()) {
            return java.util.Arrays.copyOf(whole, random.nextInt(whole.length));
        }
        byte[] changed = whole.clone();
        for (int i = random.nextInt(8); i >= 0; i--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    /// An archive of few entries, whose names and links may lead elsewhere.
    static byte[] tar(Random random) throws IOException {
        List<String> names = List.of(
                "manifest.json",
                "index.json",
                "oci-layout",
                "config.json",
                "rootfs/x",
                "a",
                "../../up",
                "/abs",
                "a/../../b",
                "dir/",
                ".wh.a",
                ".wh..wh..opq",
                "x".repeat(300),
                "layer.tar",
                "blobs/sha256/0",
                "");
        List<String> contents = List.of(
                "x",
                "[{\"Config\":\"config.json\",\"RepoTags\":[\"../x:y\"],\"Layers\":[\"layer.tar\",\"nosuch\"]}]",
                "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:00\"]}}",
                "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:zz\",\"size\":-1}]}",
                "{\"imageLayoutVersion\":\"1.0.0\"}",
                "");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        TarEntry.Type[] types = TarEntry.Type.values();
        for (int i = random.nextInt(5); i >= 0; i--) {
            TarEntry.Type type = random.nextInt(3) > 0 ? TarEntry.Type.FILE : types[random.nextInt(types.length)];
            byte[] content = type == TarEntry.Type.FILE
                    ? contents.get(random.nextInt(contents.size())).getBytes(StandardCharsets.UTF_8)
                    : new byte[0];
            String link = random.nextBoolean() ? "../../../etc/passwd" : "a";
            writer.write(
                    new TarEntry(
                            type,
                            names.get(random.nextInt(names.size())),
                            link,
                            random.nextInt(010000),
                            0,
                            0,
                            content.length,
                            Instant.EPOCH,
                            1,
                            3,
                            Map.of(),
                            false,
                            List.of()),
                    new ByteArrayInputStream(content));
        }
        writer.finish();
        byte[] whole = out.toByteArray();
        return random.nextInt(3) == 0 ? torn(whole, random) : whole;
    }
}
