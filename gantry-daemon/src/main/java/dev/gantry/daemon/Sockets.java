package dev.gantry.daemon;

import dev.gantry.base.Conflict;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.http.HttpServer;
import dev.gantry.http.InheritedSocket;
import dev.gantry.http.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The places where the daemon listens. A socket file that a crash left behind is removed first: the data root's lock
/// is held by now, and nobody answers there.
final class Sockets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);

    private final List<Path> files = new ArrayList<>();
    private final List<String> open = new ArrayList<>();

    private Sockets() {}

    static Sockets open(HttpServer server, List<Host> hosts, Optional<String> group, Tls tls) {
        Sockets sockets = new Sockets();
        for (Host host : hosts) {
            try {
                switch (host) {
                    case Host.Unix unix -> {
                        sockets.listen(server, unix.socket(), group);
                        sockets.open.add(unix.toString());
                    }
                    case Host.Tcp tcp -> sockets.listen(server, tcp, tls);
                    case Host.Inherited inherited -> {
                        for (InheritedSocket socket : Activation.sockets(inherited)) {
                            server.adopt(socket, tls);
                            sockets.open.add("fd://" + socket.descriptor());
                        }
                    }
                }
            } catch (IOException e) {
                sockets.close();
                throw new Internal(
                        "listen at " + host, String.valueOf(e.getMessage()), "free the address or choose another", e);
            }
        }
        return sockets;
    }

    private void listen(HttpServer server, Host.Tcp tcp, Tls tls) throws IOException {
        if (tls == Tls.NONE) {
            LOG.warn(
                    "host={} binding to a TCP port without --tlsverify is insecure: whoever reaches it, scripts in a"
                            + " browser too, has the rights of root on this machine",
                    tcp);
        }
        var address = new InetSocketAddress(tcp.name(), tcp.port());
        if (address.isUnresolved()) {
            throw new IOException("the name " + tcp.name() + " has no address");
        }
        open.add(new Host.Tcp(tcp.name(), server.listen(address, tls)).toString());
    }

    private void listen(HttpServer server, Path socket, Optional<String> group) throws IOException {
        Path parent = socket.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        removeStale(socket);
        server.listen(socket);
        files.add(socket);
        restrict(socket, group);
    }

    private static void removeStale(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isRegularFile(socket, LinkOption.NOFOLLOW_LINKS)
                || Files.isDirectory(socket, LinkOption.NOFOLLOW_LINKS)
                || Files.isSymbolicLink(socket)) {
            throw new Conflict("listen at unix://" + socket, "there is something that is not a socket", "move it away");
        }
        try (SocketChannel other = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.connect(UnixDomainSocketAddress.of(socket));
            throw new Conflict(
                    "listen at unix://" + socket,
                    "another daemon, with another data root, listens there",
                    "stop it, or choose another socket with --host");
        } catch (IOException nobodyAnswers) {
            Files.delete(socket);
        }
    }

    /// For root and a group, or for root alone.
    private static void restrict(Path socket, Optional<String> group) throws IOException {
        var names = socket.getFileSystem().getUserPrincipalLookupService();
        try {
            var principal = names.lookupPrincipalByGroupName(group.orElse("docker"));
            Files.getFileAttributeView(socket, PosixFileAttributeView.class).setGroup(principal);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        } catch (UserPrincipalNotFoundException e) {
            if (group.isPresent()) {
                throw new InvalidArgument(
                        "listen at unix://" + socket,
                        "there is no group " + group.get(),
                        "create it, or leave --group out",
                        e);
            }
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (FileSystemException e) {
            // A group that this user, or this user namespace, cannot give files to.
            if (group.isPresent()) {
                throw e;
            }
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        }
    }

    /// Removes the files, so that clients see at once that nobody listens.
    @Override
    public void close() {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // The next daemon removes it: it will not answer.
                continue;
            }
        }
    }

    @Override
    public String toString() {
        return open.toString();
    }
}
