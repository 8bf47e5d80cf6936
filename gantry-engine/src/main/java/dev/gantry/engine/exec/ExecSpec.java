package dev.gantry.engine.exec;

import dev.gantry.base.InvalidArgument;
import java.util.List;

/// A further process, `privileged` with every capability there is and no filter of system calls. Empty `user` and
/// `workingDir` are the container's; `env` is added to the container's.
public record ExecSpec(
        List<String> args,
        List<String> env,
        String user,
        String workingDir,
        boolean tty,
        boolean openStdin,
        boolean privileged,
        String doorNotes) {
    public ExecSpec {
        args = List.copyOf(args);
        env = List.copyOf(env);
        if (args.isEmpty()) {
            throw new InvalidArgument("exec", "no command was given", "name a program");
        }
    }

    public static ExecSpec of(String... args) {
        return new ExecSpec(List.of(args), List.of(), "", "", false, false, false, "");
    }
}
