package dev.gantry.cli.container;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Response;
import dev.gantry.api.container.PathStat;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Counted;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.OutputClosed;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Words;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Copies files out of a container or into it, as `docker cp` does.
public final class CpCommand implements Command {
    private static final long DIRECTORY = 1L << 31; // these are of Go's os.FileMode
    private static final long LINK = 1L << 27;
    private static final long NEITHER = 1L << 26 | 1L << 25 | 1L << 24 | 1L << 19;

    /// A side of the copy; without a container it is the caller's own.
    private record Side(String container, String path) {
        static Side of(String argument) {
            int colon = argument.indexOf(':');
            return colon <= 0 || argument.startsWith("/") || argument.startsWith(".")
                    ? new Side("", argument)
                    : new Side(argument.substring(0, colon), argument.substring(colon + 1));
        }

        boolean isLocal() {
            return container.isEmpty();
        }

        boolean isStream() {
            return isLocal() && path.equals("-");
        }
    }

    @Override
    public CommandLine line() {
        return new CommandLine(
                        "cp",
                        "CONTAINER:PATH PATH|- or PATH|- CONTAINER:PATH",
                        "Copy files out of a container, or into it")
                .toggle('a', "archive", "What goes in belongs to the container's user")
                .toggle('L', "follow-link", "Copy what the named link leads to")
                .toggle('q', "quiet", "Do not say how much was copied")
                .takes(2, 2)
                .example("gantry cp web:/etc/nginx/nginx.conf .; gantry cp site/. web:/usr/share/nginx/html");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Side from = Side.of(call.args().argument(0));
        Side to = Side.of(call.args().argument(1));
        if (from.isLocal() == to.isLocal()) {
            throw call.args()
                    .wrong(
                            from.isLocal()
                                    ? "one of the two is in a container: CONTAINER:PATH"
                                    : "copying between containers is not supported: copy through a directory or a pipe");
        }
        if (from.path().isEmpty() || to.path().isEmpty()) {
            throw call.args().wrong("neither path may be empty");
        }
        long bytes = from.isLocal() ? in(call, from.path(), to) : out(call, from, to.path());
        if (!to.isStream() && !call.args().on("quiet") && call.caller().isTerminal(Caller.Stream.OUT)) {
            call.note("Successfully copied " + Words.size(bytes) + " to "
                    + call.args().argument(1));
        }
        return 0;
    }

    // out of a container

    private static long out(Invocation call, Side from, String to) throws IOException {
        String path = from.path();
        String rebase = "";
        if (call.args().on("follow-link")) {
            Optional<PathStat> link =
                    call.engine().statPath(from.container(), path).filter(CpCommand::isLink);
            if (link.isPresent()) {
                path = link.get().linkTarget();
                rebase = CopyTarget.last(from.path());
            }
        }
        try (Response response = call.engine().copyOut(from.container(), path)) {
            var tar = new Counted(response.body());
            if (to.equals("-")) {
                write(call, tar);
                return tar.bytes();
            }
            PathStat stat = EngineClient.stat(response);
            CopyTarget target = local(call.caller(), (stat.mode() & DIRECTORY) != 0, rebase, to);
            String name = stat.name().equals("/") ? "" : stat.name();
            call.caller().unpack(tar, target.directory(), name, target.name());
            tar.skip(Long.MAX_VALUE);
            return tar.bytes();
        }
    }

    private static CopyTarget local(Caller caller, boolean directory, String rebase, String to) {
        String path = CopyTarget.asksForDirectory(to) ? to : caller.followed(to);
        Caller.Kind kind = caller.kind(path);
        if (kind == Caller.Kind.OTHER) {
            throw new InvalidArgument(
                    "copy to " + to, "it is neither a directory nor a regular file", "name one of these");
        }
        String whole = caller.absolute(path) + (CopyTarget.asksForDirectory(to) ? "/" : "");
        CopyTarget target =
                CopyTarget.of(directory, rebase, whole, kind != Caller.Kind.ABSENT, kind == Caller.Kind.DIRECTORY);
        if (caller.kind(target.directory() + "/") != Caller.Kind.DIRECTORY) {
            throw new NotFound("copy to " + to, "directory " + target.directory() + " does not exist", "make it first");
        }
        return target;
    }

    private static void write(Invocation call, InputStream tar) throws IOException {
        Parsed args = call.args();
        if (call.caller().isTerminal(Caller.Stream.OUT)) {
            throw args.wrong("standard output is a terminal, and this is a tar: redirect it, or name a directory");
        }
        byte[] buffer = new byte[64 * 1024];
        int n;
        while ((n = tar.read(buffer)) >= 0) {
            try {
                call.caller().out().write(buffer, 0, n);
            } catch (IOException e) {
                throw new OutputClosed(e);
            }
        }
    }

    // into one

    private static long in(Invocation call, String from, Side to) throws IOException {
        String path = to.path();
        Optional<PathStat> there = call.engine().statPath(to.container(), path);
        if (there.filter(CpCommand::isLink).isPresent()) {
            path = there.get().linkTarget();
            there = call.engine().statPath(to.container(), path);
        }
        if (there.filter(s -> (s.mode() & NEITHER) != 0).isPresent()) {
            throw new InvalidArgument(
                    "copy to " + to.container() + ":" + to.path(),
                    "destination must be a directory or a regular file",
                    "name one of these");
        }
        boolean directory = there.filter(s -> (s.mode() & DIRECTORY) != 0).isPresent();
        boolean ofUser = call.args().on("archive");
        if (from.equals("-")) {
            if (!directory) {
                throw new InvalidArgument(
                        "copy to " + to.container() + ":" + to.path(),
                        "destination must be a directory",
                        "name a directory that is there");
            }
            return send(call, to.container(), path, call.caller().in(), ofUser);
        }
        Caller caller = call.caller();
        boolean followed = call.args().on("follow-link") && caller.kind(from) == Caller.Kind.LINK;
        String source = followed ? caller.followed(from) : from;
        Caller.Kind kind = caller.kind(source);
        if (kind == Caller.Kind.ABSENT) {
            throw new NotFound("copy " + from, "no such file or directory", "check the path");
        }
        if (kind != Caller.Kind.DIRECTORY && CopyTarget.asksForDirectory(source)) {
            throw new InvalidArgument("copy " + from, "not a directory", "leave out the slash at the end");
        }
        String name = CopyTarget.last(caller.absolute(from));
        CopyTarget target = CopyTarget.of(kind == Caller.Kind.DIRECTORY, "", path, there.isPresent(), directory);
        String own = CopyTarget.asksForContents(source) || name.isEmpty() ? "." : name;
        try (InputStream tar = caller.pack(source, target.name().isEmpty() ? own : target.name())) {
            return send(call, to.container(), target.directory(), tar, ofUser);
        }
    }

    private static long send(Invocation call, String container, String directory, InputStream tar, boolean ofUser) {
        var counted = new Counted(tar);
        call.engine().copyIn(container, directory, counted, ofUser);
        return counted.bytes();
    }

    private static boolean isLink(PathStat stat) {
        return (stat.mode() & LINK) != 0;
    }
}
