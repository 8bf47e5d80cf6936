package dev.gantry.daemon.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.engine.plugin.JsonTree;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class DockerContainerTest {
    private static DockerContainer container(String config, String host) throws IOException {
        return DockerContainer.of("ab".repeat(32), config.getBytes(UTF_8), host.getBytes(UTF_8), "overlay2/x/diff");
    }

    @Test
    void volumesThatNobodyNamedAreKept() throws IOException {
        var c = container("""
                {"Name": "/web", "Image": "sha256:12", "Config": {"Cmd": ["x"]},
                 "MountPoints": {
                   "/named": {"Type": "volume", "Name": "n", "RW": true},
                   "/anon": {"Type": "volume", "Name": "feed", "RW": false},
                   "/of-mount": {"Type": "volume", "Name": "m", "RW": true},
                   "/host": {"Type": "bind", "Source": "/srv"}}}
                """, """
                {"Binds": ["n:/named", "/srv:/host"], "Mounts": [{"Target": "/of-mount"}], "Runtime": "runc"}
                """);
        assertThat(c.name()).isEqualTo("web");
        assertThat(c.request("i", id -> id))
                .contains("\"Binds\":[\"n:/named\",\"/srv:/host\",\"feed:/anon:ro\"]")
                .contains("\"Image\":\"i\"")
                .doesNotContain("runc");
    }

    @Test
    void otherContainersAreNamedNotNumbered() throws IOException {
        var c = container(
                "{\"Name\": \"/web\", \"Config\": {}}",
                "{\"NetworkMode\": \"container:11\", \"VolumesFrom\": [\"22:ro\", \"db\"]}");
        assertThat(c.needs()).containsExactly("11", "22", "db");
        assertThat(c.request("i", Map.of("11", "one", "22", "two", "db", "db")::get))
                .contains("\"NetworkMode\":\"container:one\"")
                .contains("\"VolumesFrom\":[\"two:ro\",\"db\"]");
    }

    @Test
    void itsPlacesInNetworksAreThoseThatWereAskedFor() throws IOException {
        var c = container("""
                {"Name": "/web", "Config": {}, "NetworkSettings": {"Networks": {
                  "bridge": {"IPAddress": "172.17.0.2"},
                  "front": {"IPAMConfig": {"IPv4Address": "10.1.0.9"}, "IPAddress": "10.1.0.9",
                            "Aliases": ["w", "abababababab"]}}}}
                """, "{\"Memory\": 67108864}");
        assertThat(c.request("i", id -> id))
                .contains(
                        "\"EndpointsConfig\":{\"front\":{\"IPAMConfig\":{\"IPv4Address\":\"10.1.0.9\"},\"Aliases\":[\"w\"]}}")
                .contains("\"Memory\":67108864");
        assertThat(c.networks()).containsExactly("front");
    }

    @Test
    void aNetworkHasTheSubnetsThatSomebodyChose() throws IOException {
        String json = """
                {"name": "front", "networkType": "bridge", "ipamType": "default", "scope": "local", "internal": true,
                 "generic": {"com.docker.network.generic": {"com.docker.network.driver.mtu": "1400"}},
                 "labels": {"a": "b"},
                 "ipamV4Config": "[{\\"PreferredPool\\":\\"10.1.0.0/16\\",\\"SubPool\\":\\"\\",\\"Gateway\\":\\"10.1.0.1\\",\\"AuxAddresses\\":null}]",
                 "ipamV6Config": "[{\\"PreferredPool\\":\\"\\"}]"}
                """;
        var network = DockerNetworks.of(JsonTree.object(json.getBytes(UTF_8)));
        assertThat(network.name()).isEqualTo("front");
        assertThat(network.request())
                .contains("\"Config\":[{\"Subnet\":\"10.1.0.0/16\",\"Gateway\":\"10.1.0.1\"}]")
                .contains("\"Internal\":true")
                .contains("\"Options\":{\"com.docker.network.driver.mtu\":\"1400\"}")
                .contains("\"Labels\":{\"a\":\"b\"}");
    }

    @Test
    void aNetworkWithTheConfigurationOfAnotherNamesIt() throws IOException {
        String json = """
                {"name": "lan", "networkType": "macvlan", "ipamType": "default", "scope": "local",
                 "configFrom": "lan-config", "labels": {"a": "b"},
                 "ipamV4Config": "[{\\"PreferredPool\\":\\"10.1.0.0/16\\"}]"}
                """;
        assertThat(DockerNetworks.of(JsonTree.object(json.getBytes(UTF_8))).request())
                .contains("\"ConfigFrom\":{\"Network\":\"lan-config\"}")
                .doesNotContain("10.1.0.0");
        String config = "{\"name\": \"lan-config\", \"configOnly\": true}";
        assertThat(DockerNetworks.of(JsonTree.object(config.getBytes(UTF_8))).request())
                .contains("\"ConfigOnly\":true");
    }

    @Test
    void whatIsThereAlreadyHasTheVeryName() throws IOException {
        assertThat(DockerMigration.isNamed("{\"Id\": \"db77\", \"Name\": \"/web\"}", "/db"))
                .isFalse();
        assertThat(DockerMigration.isNamed("{\"Id\": \"77\", \"Name\": \"/db\"}", "/db"))
                .isTrue();
    }

    @Test
    void aTarIsAsLongAsItsDescriptionSays() throws IOException {
        var zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write("""
                    {"type":2,"payload":"AAAA","position":0}
                    {"type":1,"name":"a","size":5,"payload":"x","position":1}
                    {"type":1,"name":"d/","payload":null,"position":2}
                    """.getBytes(UTF_8));
        }
        assertThat(TarSplit.size(new ByteArrayInputStream(zipped.toByteArray())))
                .isEqualTo(8);
    }

    @Test
    void anImageWithALayerMoreKeepsWhatItSays() throws IOException {
        byte[] config =
                "{\"config\":{\"Cmd\":[\"a\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:1\"]},\"history\":[{}]}"
                        .getBytes(UTF_8);
        assertThat(new String(DockerArchive.withLayer(config, "sha256:2"), UTF_8))
                .isEqualTo(
                        "{\"config\":{\"Cmd\":[\"a\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:1\",\"sha256:2\"]},"
                                + "\"history\":[{},{\"created_by\":\"what a container of dockerd had written\"}]}");
    }
}
