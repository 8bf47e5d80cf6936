package dev.gantry.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/// What tests with Testcontainers do, as a program: it runs with either generation of the library on its class path.
final class TestcontainersMain {
    private static final DockerImageName IMAGE = DockerImageName.parse("busybox:it");

    private TestcontainersMain() {}

    public static void main(String[] args) throws Exception {
        try (Network network = Network.newNetwork();
                var web = box("echo started; exec httpd -f -p 80 -h /www")
                        .withNetwork(network)
                        .withNetworkAliases("web")
                        .withExposedPorts(80)
                        .withCopyToContainer(Transferable.of("served\n"), "/www/index.html")
                        .waitingFor(Wait.forHttp("/").forStatusCode(200));
                var log =
                        box("echo it is ready; exec sleep 1000").waitingFor(Wait.forLogMessage(".*is ready.*\\n", 1));
                var program = box("touch /ready; exec sleep 1000")
                        .withNetwork(network)
                        .waitingFor(Wait.forSuccessfulCommand("test -e /ready"));
                var port = box("exec httpd -f -p 8080 -h /tmp")
                        .withExposedPorts(8080)
                        .withEnv("WHO", "port")
                        .waitingFor(Wait.forListeningPort())) {
            for (var container : List.of(web, log, program, port)) {
                container.start();
            }
            tell("published", get("http://" + web.getHost() + ":" + web.getMappedPort(80) + "/"));
            tell(
                    "by name",
                    program.execInContainer("wget", "-q", "-O", "-", "http://web/")
                            .getStdout());
            tell("logged", log.getLogs());
            tell(
                    "copied out",
                    web.copyFileFromContainer(
                            "/www/index.html", in -> new String(in.readAllBytes(), StandardCharsets.UTF_8)));
            program.copyFileToContainer(Transferable.of("given"), "/tmp/given");
            tell("copied in", program.execInContainer("cat", "/tmp/given").getStdout());
            var failed = program.execInContainer("sh", "-c", "echo why >&2; exit 4");
            tell("failed", failed.getExitCode() + " " + failed.getStderr());
            tell("environment", port.execInContainer("sh", "-c", "echo $WHO").getStdout());
            tell("running", Boolean.toString(port.isRunning()));
        }
        System.out.println("done");
        System.exit(0); // the library's threads stay otherwise
    }

    private static GenericContainer<?> box(String script) {
        return new GenericContainer<>(IMAGE).withCommand("sh", "-c", script);
    }

    private static void tell(String what, String text) {
        System.out.println(what + ": " + text.strip());
    }

    private static String get(String url) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
