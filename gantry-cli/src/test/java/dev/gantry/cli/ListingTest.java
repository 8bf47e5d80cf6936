package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class ListingTest extends CommandTest {
    private static final String PS = """
            [{"Id":"4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c0000","Names":["/web"],"Image":"debian:12",
            "ImageID":"sha256:1","Command":"sleep 100000000000000","Created":1795262100,"Ports":[{"PrivatePort":80,"Type":"tcp"}],
            "Labels":{"b":"2","a":"1"},"State":"running","Status":"Up 5 minutes","HostConfig":{"NetworkMode":"none"},
            "NetworkSettings":{"Networks":{"none":{}}},"Mounts":[]}]""";

    @Test
    void psPrintsTheTableOfTheDockerClient() {
        engine.answer("GET /containers/json", 200, PS);
        assertThat(gantry("ps", "-a")).isZero();
        assertThat(engine.lines()).containsExactly("GET /containers/json?all=1");
        assertThat(out()).isEqualTo("""
                        CONTAINER ID   IMAGE       COMMAND                  CREATED         STATUS         PORTS     NAMES
                        4c01db0b339c   debian:12   "sleep 1000000000000…"   5 minutes ago   Up 5 minutes   80/tcp    web
                        """);
    }

    @Test
    void psAsksForSizesWhereTheyAreShown() {
        engine.answer(
                "GET /containers/json",
                200,
                PS.replace("\"State\"", "\"SizeRw\":2000,\"SizeRootFs\":4100000,\"State\""));
        gantry("ps", "-s");
        gantry("ps", "--format", "{{.Size}}");
        gantry("ps", "-q");
        assertThat(engine.lines())
                .containsExactly("GET /containers/json?size=1", "GET /containers/json?size=1", "GET /containers/json");
        assertThat(out()).contains("NAMES     SIZE\n").contains("web       2kB (virtual 4.1MB)\n2kB (virtual 4.1MB)\n");
    }

    @Test
    void systemDfSumsUpAndShowsEach() {
        engine.answer("GET /system/df", 200, """
                {"LayersSize":3000000,"Images":[
                {"Id":"sha256:aaaaaaaaaaaaaaaa","RepoTags":["a:1"],"RepoDigests":[],"Created":1795175999,"Size":1000000,"SharedSize":-1,"Containers":1},
                {"Id":"sha256:bbbbbbbbbbbbbbbb","RepoTags":[],"RepoDigests":[],"Created":0,"Size":2000000,"SharedSize":-1,"Containers":0}],
                "Containers":[{"Id":"cccccccccccccccc","Names":["/c"],"Image":"a:1","ImageID":"","Command":"x","Created":1795262100,"Ports":[],
                "Labels":{},"State":"exited","Status":"Exited (0)","SizeRw":500,"HostConfig":{},"NetworkSettings":{"Networks":{}},"Mounts":[]}],
                "Volumes":[{"Name":"v","Driver":"local","UsageData":{"Size":4000,"RefCount":1}},
                {"Name":"w","Driver":"local","UsageData":{"Size":-1,"RefCount":0}}],
                "BuildCache":[{"ID":"x","Size":3000,"InUse":true},{"ID":"y","Size":1000}]}""");
        assertThat(gantry("system", "df")).isZero();
        assertThat(out()).isEqualTo("""
                        TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE
                        Images          2         1         3MB       2MB (66%)
                        Containers      1         0         500B      500B (100%)
                        Local Volumes   2         1         4kB       0B (0%)
                        Build Cache     2         1         4kB       1kB (25%)
                        """);
        caller.out.reset();
        assertThat(gantry("system", "df", "-v")).isZero();
        assertThat(out())
                .contains("a            1         aaaaaaaaaaaa   24 hours ago   1MB")
                .contains("cccccccccccc   a:1       \"x\"")
                .contains("v             1         4kB\nw             0         N/A\n");
    }

    @Test
    void aLoginIsTriedKeptAndForgotten() {
        caller.environment.put("HOME", "/home/me");
        caller.file(
                "/home/me/.docker/config.json",
                "{\"detachKeys\":\"ctrl-a\",\"auths\":{\"old:5000\":{\"auth\":\"eA==\"}}}");
        engine.answer("POST /auth", 200, "{\"Status\":\"Login Succeeded\",\"IdentityToken\":\"\"}");
        caller.in = new ByteArrayInputStream("secret\n".getBytes(StandardCharsets.UTF_8));
        assertThat(gantry("login", "-u", "me", "--password-stdin", "https://reg.example.com/v2/"))
                .isZero();
        assertThat(out()).isEqualTo("Login Succeeded\n");
        assertThat(engine.bodyOf("POST /auth"))
                .contains("\"password\":\"secret\"", "\"serveraddress\":\"reg.example.com\"");
        String kept = new String(caller.files.get("/home/me/.docker/config.json"), StandardCharsets.UTF_8);
        assertThat(kept)
                .contains("\"detachKeys\": \"ctrl-a\"", "old:5000")
                .contains(Base64.getEncoder().encodeToString("me:secret".getBytes(StandardCharsets.UTF_8)));
        assertThat(gantry("logout", "reg.example.com")).isZero();
        assertThat(gantry("logout")).isZero();
        assertThat(out())
                .endsWith(
                        "Removing login credentials for reg.example.com\nNot logged in to https://index.docker.io/v1/\n");
        assertThat(new String(caller.files.get("/home/me/.docker/config.json"), StandardCharsets.UTF_8))
                .contains("old:5000", "ctrl-a")
                .doesNotContain("reg.example.com");
    }

    @Test
    void aLoginThatIsRefusedOrThatAHelperKeepsIsNotWritten() {
        caller.environment.put("HOME", "/home/me");
        engine.answer("POST /auth", 401, "{\"message\":\"no\"}");
        assertThat(gantry("login", "-u", "me", "-p", "x", "reg")).isNotZero();
        assertThat(gantry("login", "reg")).isNotZero();
        assertThat(err()).contains("standard input is no terminal");
        assertThat(caller.files).isEmpty();
        caller.file("/home/me/.docker/config.json", "{\"credsStore\":\"pass\"}");
        assertThat(gantry("login", "-u", "me", "-p", "x", "reg")).isNotZero();
        assertThat(err()).contains("names a credential helper");
    }

    @Test
    void psPrintsByTemplateAndAsJson() {
        engine.answer("GET /containers/json", 200, PS);
        gantry("ps", "--format", "{{.Names}}\\t{{.Label \"a\"}} {{upper .State}}");
        gantry("ps", "--format", "table {{.Names}}\\t{{.Status}}");
        gantry("container", "ls", "-q");
        gantry("ps", "--format", "json");
        assertThat(out())
                .startsWith("web\t1 RUNNING\nNAMES     STATUS\nweb       Up 5 minutes\n4c01db0b339c\n{\"Command\":")
                .contains("\"Labels\":\"a=1,b=2\"");
        assertThat(gantry("ps", "--format", "{{.Nope}}")).isNotZero();
        assertThat(err()).contains("there is no field 'Nope'");
    }

    @Test
    void topPrintsWhatTheEnginesPsSays() {
        engine.answer("GET /containers/web/top", 200, """
                {"Titles":["PID","COMMAND"],"Processes":[["4021","sleep 1000"]]}""");
        assertThat(gantry("top", "web", "-o", "pid,comm")).isZero();
        assertThat(java.net.URLDecoder.decode(engine.lines().getFirst(), StandardCharsets.UTF_8))
                .isEqualTo("GET /containers/web/top?ps_args=-o pid,comm");
        assertThat(out()).isEqualTo("""
                        PID       COMMAND
                        4021      sleep 1000
                        """);
    }

    @Test
    void filtersAreSentAsTheDockerClientSendsThem() {
        engine.answer("GET /containers/json", 200, "[]");
        gantry("ps", "-f", "status=exited", "--filter", "status=created", "-n", "3");
        assertThat(java.net.URLDecoder.decode(engine.lines().getFirst(), StandardCharsets.UTF_8))
                .isEqualTo("GET /containers/json?limit=3&filters={\"status\":{\"exited\":true,\"created\":true}}");
        assertThat(gantry("ps", "-f", "nonsense")).isEqualTo(125);
    }

    @Test
    void imagesHaveARowForEachName() {
        engine.answer("GET /images/json", 200, """
                [{"Id":"sha256:aaaaaaaaaaaaaaaa","RepoTags":["debian:12","debian:latest"],"RepoDigests":["debian@sha256:bb"],
                "Created":1795175999,"Size":124000000},{"Id":"sha256:cccccccccccccccc","RepoTags":[],"RepoDigests":[],"Created":0,"Size":0}]""");
        gantry("images");
        assertThat(out()).isEqualTo("""
                        REPOSITORY   TAG       IMAGE ID       CREATED        SIZE
                        debian       12        aaaaaaaaaaaa   24 hours ago   124MB
                        debian       latest    aaaaaaaaaaaa   24 hours ago   124MB
                        <none>       <none>    cccccccccccc   N/A            0B
                        """);
    }

    @Test
    void inspectLooksAmongContainersThenImages() {
        engine.answer(
                "GET /containers/web/json",
                200,
                "{\"Id\":\"1\",\"State\":{\"Pid\":4294967296,\"OOMKilled\":false},\"N\":[]}");
        engine.answer("GET /images/debian/json", 200, "{\"Id\":\"sha256:2\"}");
        assertThat(gantry("inspect", "web", "debian", "nothing")).isEqualTo(1);
        assertThat(out()).isEqualTo("""
                [
                    {
                        "Id": "1",
                        "State": {
                            "Pid": 4294967296,
                            "OOMKilled": false
                        },
                        "N": []
                    },
                    {
                        "Id": "sha256:2"
                    }
                ]
                """);
        assertThat(err())
                .contains("inspect nothing: there is no container, image, network, volume or plugin of this name");
        caller.out.reset();
        gantry("inspect", "-f", "{{.State.Pid}} {{json .State}} {{.N}}", "web");
        assertThat(out()).isEqualTo("4294967296 {\"Pid\":4294967296,\"OOMKilled\":false} []\n");
    }

    @Test
    void loadStreamsTheArchiveAndTellsWhatItFound() {
        caller.in = new ByteArrayInputStream(new byte[] {1, 2, 3});
        engine.answer("POST /images/load", 200, "{\"stream\":\"Loaded image: debian:12\\n\"}\n");
        assertThat(gantry("load")).isZero();
        assertThat(engine.bodyOf("POST /images/load")).isEqualTo("\1\2\3");
        assertThat(out()).isEqualTo("Loaded image: debian:12\n");
        assertThat(gantry("load", "-i", "none.tar")).isEqualTo(1);
        assertThat(err()).isEqualTo("gantry: open none.tar: there is no such file or directory: check the path\n");
    }

    @Test
    void saveNeverWritesToATerminalAndNamesOnlyWholeFiles() {
        engine.answer("GET /images/get", 200, "tar");
        caller.terminals.add(Caller.Stream.OUT);
        assertThat(gantry("save", "debian")).isNotZero();
        assertThat(gantry("save", "-o", "x.tar", "debian", "b:1")).isZero();
        assertThat(caller.files.get("/home/me/x.tar")).asString().isEqualTo("tar");
        assertThat(engine.lines()).containsExactly("GET /images/get?names=debian&names=b%3A1");
    }

    @Test
    void pullSendsTheCallersLogin() {
        caller.environment.put("HOME", "/home/me");
        String pair = Base64.getEncoder().encodeToString("me:s3cret".getBytes(StandardCharsets.UTF_8));
        caller.file("/home/me/.docker/config.json", "{\"auths\":{\"reg.example:5000\":{\"auth\":\"" + pair + "\"}}}");
        engine.answer("POST /images/create", 200, "{\"status\":\"Status: Downloaded newer image\"}\n");
        assertThat(gantry("pull", "reg.example:5000/a/b@sha256:00")).isZero();
        assertThat(engine.lines())
                .containsExactly("POST /images/create?fromImage=reg.example%3A5000%2Fa%2Fb&tag=sha256%3A00");
        assertThat(new String(
                        Base64.getUrlDecoder()
                                .decode(engine.asked.getFirst().headers().get("X-Registry-Auth")),
                        StandardCharsets.UTF_8))
                .contains("\"username\":\"me\",\"password\":\"s3cret\"");
        assertThat(out()).endsWith("reg.example:5000/a/b@sha256:00\n");
    }

    @Test
    void namesAfterAFailureStillGetTheirTurn() {
        engine.answer("DELETE /containers/a", 404, "{\"message\":\"No such container: a\"}");
        engine.answer("DELETE /containers/b", 204, "");
        assertThat(gantry("rm", "a", "b")).isEqualTo(1);
        assertThat(out()).isEqualTo("b\n");
        assertThat(err()).isEqualTo("gantry: No such container: a\n");
        assertThat(gantry("rm", "-f", "a")).isZero();
    }

    @Test
    void timesAreSentInSeconds() {
        engine.answer("GET /containers/web/json", 200, "{\"Id\":\"1\",\"Config\":{\"Tty\":true}}");
        engine.answer("GET /containers/web/logs", 200, "line\n");
        assertThat(gantry("logs", "--since", "90m", "--until", "2026-11-21T11:00:00Z", "-n", "5", "-ft", "web"))
                .isZero();
        assertThat(engine.lines())
                .contains("GET /containers/web/logs?stdout=1&stderr=1&follow=1&tail=5&since=1795257000.000000000"
                        + "&until=1795258800.000000000&timestamps=1");
        assertThat(out()).isEqualTo("line\n");
    }

    @Test
    void eventsAreLinesInWords() {
        engine.answer(
                "GET /events",
                200,
                "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"1\",\"Attributes\":{\"name\":\"web\",\"exitCode\":\"0\"}},"
                        + "\"time\":1795262400,\"timeNano\":1795262400000000001}\n");
        gantry("events");
        assertThat(out()).isEqualTo("2026-11-21T12:00:00.000000001Z container die 1 (exitCode=0, name=web)\n");
    }

    @Test
    void theEngineIsTheOneThatWasNamedLast() {
        engine.answer("GET /containers/json", 200, "[]");
        caller.environment.put("DOCKER_HOST", "tcp://a:1");
        gantry("ps");
        caller.environment.put("GANTRY_HOST", "tcp://b:2");
        gantry("ps");
        gantry("-H", "unix:///c", "ps");
        assertThat(caller.log).containsExactly("dial tcp://a:1", "dial tcp://b:2", "dial unix:///c");
    }

    @Test
    void thePlanOfAConfigurationIsPrinted() {
        caller.file("/home/me/b/config.json", "{}");
        assertThat(gantry("runtime", "plan", "b/config.json")).isZero();
        assertThat(gantry("runtime", "spec")).isZero();
        assertThat(out()).isEqualTo("plan of {} in /home/me/b\n{\n  \"process\": {}\n}\n");
        assertThat(gantry("runtime", "plan")).isEqualTo(125);
    }

    @Test
    void everyCommandHelpsAndSaysWhatItIs() {
        Commands commands = new Commands(new Extras(null, null, null, null));
        assertThat(commands.all()).allSatisfy(command -> {
            caller.out.reset();
            assertThat(gantry(command.line().command(), "--help")).isZero();
            assertThat(out())
                    .startsWith("Usage: gantry " + command.line().command())
                    .contains(command.line().summary());
        });
        caller.out.reset();
        assertThat(gantry()).isZero();
        assertThat(commands.all())
                .allSatisfy(c -> assertThat(out()).contains("  " + c.line().command()));
    }

    @Test
    void anUnknownCommandIsNamed() {
        assertThat(gantry("frobnicate")).isEqualTo(125);
        assertThat(gantry("image", "run")).isEqualTo(125);
        assertThat(err()).contains("there is no command 'frobnicate'").contains("there is no command 'image run'");
    }
}
