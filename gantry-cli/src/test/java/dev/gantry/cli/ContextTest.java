package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Which engine a command speaks to.
class ContextTest extends CommandTest {
    // SHA-256 of "far"
    private static final String FAR = "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";

    private void withContext() {
        caller.environment.put("HOME", "/home/me");
        caller.file("/home/me/.docker/contexts/meta/" + FAR + "/meta.json", """
                {"Name":"far","Metadata":{"Description":"over there"},"Endpoints":{"docker":{"Host":"tcp://far:2376","SkipTLSVerify":false}}}
                """);
        caller.file("/home/me/.docker/contexts/tls/" + FAR + "/docker/ca.pem", "CA,");
        caller.file("/home/me/.docker/contexts/tls/" + FAR + "/docker/key.pem", "KEY");
    }

    private String dialled(String... args) {
        caller.log.clear();
        gantry(args);
        return caller.log.stream()
                .filter(l -> l.startsWith("dial "))
                .findFirst()
                .orElse("local");
    }

    @Test
    void aContextIsNamedByAFlagAVariableOrAChoice() {
        withContext();
        String far = "dial tcp://far:2376 by TLS CA,KEY true";
        assertThat(dialled("ps")).isEqualTo("local");
        assertThat(dialled("--context", "far", "ps")).isEqualTo(far);
        assertThat(dialled("-cfar", "ps")).isEqualTo(far);
        caller.file("/home/me/.docker/config.json", "{\"currentContext\":\"far\"}");
        assertThat(dialled("ps")).isEqualTo(far);
        assertThat(dialled("--context=default", "ps")).isEqualTo("local");
        assertThat(dialled("-H", "unix:///x", "ps")).isEqualTo("dial unix:///x");
        caller.environment.put("DOCKER_CONTEXT", "default");
        assertThat(dialled("ps")).isEqualTo("local");
        caller.environment.put("DOCKER_HOST", "tcp://h:1");
        assertThat(dialled("ps")).isEqualTo("dial tcp://h:1");
    }

    @Test
    void bothAHostAndAContextAreOneTooMany() {
        assertThat(gantry("-H", "unix:///x", "--context", "far", "ps")).isNotZero();
        assertThat(err()).contains("cannot specify both --host and --context");
        assertThat(gantry("--context", "nosuch", "ps")).isNotZero();
        assertThat(err()).contains("context \"nosuch\": context not found");
    }

    @Test
    void variablesOfTheDockerClientTurnTlsOn() {
        caller.environment.put("DOCKER_HOST", "tcp://h:2376");
        caller.environment.put("DOCKER_TLS_VERIFY", "1");
        caller.environment.put("DOCKER_CERT_PATH", "/certs");
        caller.file("/certs/ca.pem", "CA,").file("/certs/cert.pem", "CERT,").file("/certs/key.pem", "KEY");
        caller.file("/other", "OTHER,");
        assertThat(dialled("ps")).isEqualTo("dial tcp://h:2376 by TLS CA,CERT,KEY true");
        assertThat(dialled("--tlscacert", "/other", "ps")).isEqualTo("dial tcp://h:2376 by TLS OTHER,CERT,KEY true");
        caller.environment.remove("DOCKER_TLS_VERIFY");
        assertThat(dialled("--tls", "ps")).endsWith(" false");
        assertThat(dialled("ps")).isEqualTo("dial tcp://h:2376");
    }

    @Test
    void flagsOfTlsAreReadAsTheDockerClientReadsThem() {
        caller.environment.put("DOCKER_HOST", "tcp://h:2376");
        for (String yes : new String[] {"1", "t", "T", "TRUE", "true", "True"}) {
            assertThat(dialled("--tlsverify=" + yes, "ps")).as(yes).endsWith(" true");
            assertThat(dialled("--tls=" + yes, "ps")).as(yes).endsWith(" false");
        }
        for (String no : new String[] {"0", "f", "F", "FALSE", "false", "False"}) {
            assertThat(dialled("--tls=" + no, "ps")).as(no).isEqualTo("dial tcp://h:2376");
            // Whoever speaks of verification wants TLS.
            assertThat(dialled("--tlsverify=" + no, "ps"))
                    .as(no)
                    .contains("by TLS")
                    .endsWith(" false");
        }
        for (String bad : new String[] {"", "yes", "tRUE", "2"}) {
            caller.err.reset();
            assertThat(dialled("--tlsverify=" + bad, "ps")).as(bad).isEqualTo("local");
            assertThat(err())
                    .as(bad)
                    .contains("read the command line: invalid argument \"" + bad + "\" for --tlsverify: write ");
        }
    }

    @Test
    void flagsOfTlsDoNotChangeWhatAContextSays() {
        withContext();
        caller.file("/home/me/.docker/config.json", "{\"currentContext\":\"far\"}");
        for (String flag : new String[] {"--tlsverify", "--tls=false", "--tlscacert=/other"}) {
            caller.err.reset();
            assertThat(gantry(flag, "ps")).as(flag).isNotZero();
            assertThat(err()).as(flag).contains("does not go together with context far");
            assertThat(gantry(flag, "--context=far", "ps")).as(flag).isNotZero();
        }
    }

    @Test
    void anotherEngineIsSpokenToAsThisOneOrAsItsContextSays() {
        withContext();
        engine.answer("GET /volumes/data", 200, "{\"Name\":\"data\"}");
        caller.environment.put("DOCKER_CERT_PATH", "/certs");
        caller.file("/certs/ca.pem", "CA,").file("/certs/cert.pem", "CERT,").file("/certs/key.pem", "KEY");
        String[] move = {"volume", "move", "data", "--keep"};
        assertThat(dialled(with(move, "--to", "tcp://h:2376"))).isEqualTo("dial tcp://h:2376");
        assertThat(dialled(with(move, "--to", "ssh://h"))).isEqualTo("dial ssh://h");
        assertThat(dialled(with(move, "--to-context", "far"))).isEqualTo("dial tcp://far:2376 by TLS CA,KEY true");
        caller.environment.put("DOCKER_TLS_VERIFY", "1");
        assertThat(dialled(with(move, "--to", "tcp://h:2376"))).isEqualTo("dial tcp://h:2376 by TLS CA,CERT,KEY true");
        caller.err.reset();
        assertThat(dialled(with(move, "--to", "ssh://h", "--to-context", "far")))
                .isEqualTo("local");
        assertThat(err()).contains("--to-context");
        assertThat(dialled(with(move))).isEqualTo("local");
    }

    /// A variable that is not set names no engine, and least of all the one that is used without a flag.
    @Test
    void anEmptyNameOfAnotherEngineIsRefused() {
        withContext();
        engine.answer("GET /volumes/data", 200, "{\"Name\":\"data\"}");
        String[] move = {"volume", "move", "data", "--keep"};
        for (String variable : new String[] {"GANTRY_HOST", "DOCKER_HOST"}) {
            caller.environment.put(variable, "tcp://wrong:2376");
            for (String flag : new String[] {"--to", "--to-context"}) {
                for (String empty : new String[] {"", " "}) {
                    caller.err.reset();
                    assertThat(gantry(with(move, flag, empty))).as(flag).isNotZero();
                    assertThat(err()).contains(flag + " is empty");
                    assertThat(engine.lines()).as("asked of any engine").isEmpty();
                }
            }
        }
    }

    private static String[] with(String[] command, String... more) {
        String[] all = Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, all, command.length, more.length);
        return all;
    }

    @Test
    void contextsAreListed() {
        withContext();
        assertThat(gantry("context", "ls")).isZero();
        assertThat(out()).contains("default *").containsPattern("far +over there +tcp://far:2376");
        caller.out.reset();
        assertThat(gantry("--context", "far", "context", "show")).isZero();
        assertThat(out()).isEqualTo("far\n");
    }

    @Test
    void addressesOverSshAreRead() {
        assertThat(dialled("-H", "ssh://me@far:22/run/x.sock", "ps")).isEqualTo("dial ssh://me@far:22/run/x.sock");
        assertThat(dialled("-H", "ssh://far", "ps")).isEqualTo("dial ssh://far");
        for (String bad : new String[] {"ssh://", "ssh://-oProxyCommand=x", "ssh://a:b@far", "ssh://-l@far"}) {
            assertThat(gantry("-H", bad, "ps")).as(bad).isNotZero();
        }
    }
}
