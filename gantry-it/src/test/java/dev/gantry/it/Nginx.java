package dev.gantry.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The host's nginx as an image: the program, its libraries, and a configuration that answers with the client's
/// address on port 80 of both families.
final class Nginx {
    private static final Path PROGRAM = Path.of("/usr/sbin/nginx");
    private static final Pattern LIBRARY = Pattern.compile("(/[^ ]+) \\(0x");
    private static final String CONFIGURATION = """
            daemon off;
            user root;
            pid /tmp/nginx.pid;
            error_log stderr;
            worker_processes 1;
            events {}
            http {
                access_log off;
                client_body_temp_path /tmp/body;
                proxy_temp_path /tmp/proxy;
                fastcgi_temp_path /tmp/fastcgi;
                uwsgi_temp_path /tmp/uwsgi;
                scgi_temp_path /tmp/scgi;
                server {
                    listen 80;
                    listen [::]:80;
                    location / { return 200 "$remote_addr\\n"; }
                }
            }
            """;

    private Nginx() {}

    /// Imports it as `nginx:it`. Skips the test where the package is missing.
    static void load(StockDaemon daemon, Path directory) throws IOException {
        assumeTrue(Files.isExecutable(PROGRAM), "no nginx: install nginx-light");
        Path root = Rootfs.busybox(directory.resolve("nginx"));
        copy(PROGRAM, root);
        Process ldd = new ProcessBuilder("ldd", PROGRAM.toString()).start();
        Matcher libraries = LIBRARY.matcher(new String(ldd.getInputStream().readAllBytes()));
        while (libraries.find()) {
            copy(Path.of(libraries.group(1)), root);
        }
        Files.writeString(root.resolve("etc/nginx.conf"), CONFIGURATION);
        daemon.out(
                "import",
                "-c",
                "CMD [\"/usr/sbin/nginx\",\"-c\",\"/etc/nginx.conf\",\"-e\",\"stderr\"]",
                Rootfs.tarball(root, directory.resolve("nginx.tar")).toString(),
                "nginx:it");
    }

    /// What it is a link to, too.
    private static void copy(Path file, Path root) throws IOException {
        Path to = root.resolve(file.toString().substring(1));
        Files.createDirectories(to.getParent());
        Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    }
}
