package dev.gantry.daemon.client;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.Duplex;
import dev.gantry.api.client.EngineAddress;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/// Reaches an engine by ssh(1), which runs `gantry system dial-stdio` on the other host. What ssh asks or says goes to
/// the user.
record SshDialer(EngineAddress.Ssh engine) implements Dialer {
    @Override
    public String address() {
        return engine.toString();
    }

    @Override
    public Duplex dial() throws IOException {
        Process ssh = new ProcessBuilder(command(engine))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new ProcessDuplex(ssh, ssh.getInputStream(), new Prompt(ssh.getOutputStream()));
    }

    static List<String> command(EngineAddress.Ssh engine) {
        List<String> command = new ArrayList<>(List.of("ssh", "-o", "ConnectTimeout=30", "-T"));
        if (!engine.user().isEmpty()) {
            command.addAll(List.of("-l", engine.user()));
        }
        if (engine.port() != 0) {
            command.addAll(List.of("-p", Integer.toString(engine.port())));
        }
        command.addAll(List.of("--", engine.host(), "gantry"));
        if (!engine.socket().isEmpty()) {
            command.addAll(List.of("-H", quoted("unix://" + engine.socket())));
        }
        command.addAll(List.of("system", "dial-stdio"));
        return command;
    }

    /// The words go through a shell of the other host.
    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private record ProcessDuplex(Process ssh, InputStream in, OutputStream out) implements Duplex {
        @Override
        public void shutdownOutput() throws IOException {
            out.close();
        }

        @Override
        public void close() throws IOException {
            ssh.destroy();
        }
    }

    /// The input of a process keeps bytes back until it is told; nobody tells a connection.
    private static final class Prompt extends FilterOutputStream {
        Prompt(OutputStream buffered) {
            super(buffered);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            out.flush();
        }
    }
}
