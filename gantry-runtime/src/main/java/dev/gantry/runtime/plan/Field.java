package dev.gantry.runtime.plan;

import dev.gantry.runtime.plan.Step.Where;
import java.util.List;

/// One field of a step as the wire has it.
sealed interface Field {
    record Number(long value) implements Field {}

    record Text(String value) implements Field {}

    record Bytes(byte[] value) implements Field {}

    record Texts(List<String> values) implements Field {}

    /// The fields of a step, in the order of its operation's letters.
    static List<Field> of(Step step) {
        return switch (step) {
            case Step.Log(var kind, var path, var max, var files, var blocking) ->
                List.of(n(kind), s(path), n(max), n(files), n(blocking));
            case Step.LogAttributes(var object) -> List.of(s(object));
            case Step.ExitRecordAt(var path, var boot) -> List.of(s(path), s(boot));
            case Step.Stdin(var mode) -> List.of(n(mode));
            case Step.Tty(var rows, var columns) -> List.of(n(rows), n(columns));
            case Step.OomCounter(var path, var key) -> List.of(s(path), s(key));
            case Step.Tied(var pid, var start) -> List.of(n(pid), n(start));
            case Step.Orphan(var argv) -> List.of(l(argv));
            case Step.CgroupMake(var slot, var path) -> List.of(n(slot), s(path));
            case Step.CgroupSet c -> List.of(n(c.slot()), s(c.file()), s(c.value()));
            case Step.OpenTree(var slot, var path, var flags) -> List.of(n(slot), s(path), n(flags));
            case Step.CpusetFill(var slot) -> List.of(n(slot));
            case Step.OpenCgroup(var slot, var path) -> List.of(n(slot), s(path));
            case Step.Overlay(var slot, var lowers, var upper, var work, var options, var attributes) ->
                List.of(n(slot), l(lowers), s(upper), s(work), l(options), n(attributes));
            case Step.Join(var pid, var start, var flags) -> List.of(n(pid), n(start), n(flags));
            case Step.Clone(var flags, var cgroup) -> List.of(n(flags), n(cgroup));
            case Step.TimeOffsets(var lines) -> List.of(s(lines));
            case Step.IdMap(var uids, var gids, var deny) -> List.of(s(uids), s(gids), n(deny));
            case Step.CgroupJoin(var slot) -> List.of(n(slot));
            case Step.Unshare(var flags) -> List.of(n(flags));
            case Step.Propagation(var flags) -> List.of(n(flags));
            case Step.Root(var slot, var over) -> List.of(n(slot), s(over));
            case Step.Mount(var type, var source, var target, var attributes, var options, var flags) ->
                List.of(s(type), s(source), s(target), n(attributes), l(options), n(flags));
            case Step.Bind(var slot, var target, var attributes, var flags, var propagation) ->
                List.of(n(slot), s(target), n(attributes), n(flags), n(propagation));
            case Step.Mkdir(var target, var mode) -> List.of(s(target), n(mode));
            case Step.Device(var target, var mode, var major, var minor, var uid, var gid, var slot) ->
                List.of(s(target), n(mode), n(major), n(minor), n(uid), n(gid), n(slot));
            case Step.Symlink(var target, var content) -> List.of(s(target), s(content));
            case Step.Pivot() -> List.of();
            case Step.Mask(var path) -> List.of(s(path));
            case Step.ReadOnly(var path) -> List.of(s(path));
            case Step.RootReadOnly() -> List.of();
            case Step.Hostname(var name) -> List.of(s(name));
            case Step.DomainName(var name) -> List.of(s(name));
            case Step.Sysctl(var name, var value) -> List.of(s(name), s(value));
            case Step.Loopback() -> List.of();
            case Step.Rlimit(var resource, var soft, var hard) -> List.of(n(resource), n(soft), n(hard));
            case Step.OomScore(var value) -> List.of(s(value));
            case Step.Console() -> List.of();
            case Step.Identity(
                    var uid,
                    var gid,
                    var groups,
                    var umask,
                    var bounding,
                    var effective,
                    var permitted,
                    var inheritable,
                    var ambient) ->
                List.of(
                        n(uid),
                        n(gid),
                        l(groups),
                        n(umask),
                        n(bounding),
                        n(effective),
                        n(permitted),
                        n(inheritable),
                        n(ambient));
            case Step.NoNewPrivs() -> List.of();
            case Step.Seccomp(var flags, var filter) -> List.of(n(flags), new Bytes(filter.bytes()));
            case Step.Chdir(var path, var flags) -> List.of(s(path), n(flags));
            case Step.Exec(var argv, var environment, var flags) -> List.of(l(argv), l(environment), n(flags));
            case Step.Handover(var flags, var patience) -> List.of(n(flags), n(patience));
            case Step.Await() -> List.of();
            case Step.Hold() -> List.of();
            case Step.Restore(var argv, var environment, var scratch, var slots, var pidFile, var inherited) ->
                List.of(l(argv), l(environment), s(scratch), l(slots), s(pidFile), l(inherited));
            case Step.KillGroup(var path) -> List.of(s(path));
            case Step.CgroupRemove(var path) -> List.of(s(path));
            case Step.Unmount(var path) -> List.of(s(path));
            case Step.Remove(var path) -> List.of(s(path));
        };
    }

    private static Field n(long value) {
        return new Number(value);
    }

    private static Field n(boolean value) {
        return new Number(value ? 1 : 0);
    }

    private static Field s(String value) {
        return new Text(value);
    }

    private static Field l(List<String> values) {
        return new Texts(values);
    }

    /// The step that has these fields. The caller has read them by the letters of `op`.
    static Step step(Op op, Where where, Fields in) {
        return switch (op) {
            case LOG -> new Step.Log(in.n(), in.s(), in.n(), in.n(), in.flag());
            case LOG_ATTRIBUTES -> new Step.LogAttributes(in.s());
            case EXIT_RECORD -> new Step.ExitRecordAt(in.s(), in.s());
            case STDIN -> new Step.Stdin(in.n());
            case TTY -> new Step.Tty(in.n(), in.n());
            case OOM_COUNTER -> new Step.OomCounter(in.s(), in.s());
            case TIED -> new Step.Tied(in.n(), in.n());
            case ORPHAN -> new Step.Orphan(in.l());
            case CGROUP_MAKE -> new Step.CgroupMake(in.n(), in.s());
            case CGROUP_SET -> new Step.CgroupSet(where, in.n(), in.s(), in.s());
            case OPEN_TREE -> new Step.OpenTree(in.n(), in.s(), in.n());
            case CPUSET_FILL -> new Step.CpusetFill(in.n());
            case OPEN_CGROUP -> new Step.OpenCgroup(in.n(), in.s());
            case OVERLAY -> new Step.Overlay(in.n(), in.l(), in.s(), in.s(), in.l(), in.n());
            case JOIN -> new Step.Join(in.n(), in.n(), in.n());
            case CLONE -> new Step.Clone(in.n(), in.n());
            case TIME_OFFSETS -> new Step.TimeOffsets(in.s());
            case ID_MAP -> new Step.IdMap(in.s(), in.s(), in.flag());
            case CGROUP_JOIN -> new Step.CgroupJoin(in.n());
            case UNSHARE -> new Step.Unshare(in.n());
            case PROPAGATION -> new Step.Propagation(in.n());
            case ROOT -> new Step.Root(in.n(), in.s());
            case MOUNT -> new Step.Mount(in.s(), in.s(), in.s(), in.n(), in.l(), in.n());
            case BIND -> new Step.Bind(in.n(), in.s(), in.n(), in.n(), in.n());
            case MKDIR -> new Step.Mkdir(in.s(), in.n());
            case DEVICE -> new Step.Device(in.s(), in.n(), in.n(), in.n(), in.n(), in.n(), in.n());
            case SYMLINK -> new Step.Symlink(in.s(), in.s());
            case PIVOT -> new Step.Pivot();
            case MASK -> new Step.Mask(in.s());
            case READONLY -> new Step.ReadOnly(in.s());
            case ROOT_READONLY -> new Step.RootReadOnly();
            case HOSTNAME -> new Step.Hostname(in.s());
            case DOMAINNAME -> new Step.DomainName(in.s());
            case SYSCTL -> new Step.Sysctl(in.s(), in.s());
            case LOOPBACK -> new Step.Loopback();
            case RLIMIT -> new Step.Rlimit(in.n(), in.n(), in.n());
            case OOM_SCORE -> new Step.OomScore(in.s());
            case CONSOLE -> new Step.Console();
            case IDENTITY -> new Step.Identity(in.n(), in.n(), in.l(), in.n(), in.n(), in.n(), in.n(), in.n(), in.n());
            case NO_NEW_PRIVS -> new Step.NoNewPrivs();
            case SECCOMP -> new Step.Seccomp(in.n(), new Step.Seccomp.Filter(in.b()));
            case CHDIR -> new Step.Chdir(in.s(), in.n());
            case EXEC -> new Step.Exec(in.l(), in.l(), in.n());
            case HANDOVER -> new Step.Handover(in.n(), in.n());
            case AWAIT -> new Step.Await();
            case HOLD -> new Step.Hold();
            case RESTORE -> new Step.Restore(in.l(), in.l(), in.s(), in.l(), in.s(), in.l());
            case KILL_GROUP -> new Step.KillGroup(in.s());
            case CGROUP_REMOVE -> new Step.CgroupRemove(in.s());
            case UNMOUNT -> new Step.Unmount(in.s());
            case REMOVE -> new Step.Remove(in.s());
        };
    }

    /// Fields taken one after the other.
    interface Fields {
        long n();

        /// A number that is 0 or 1.
        boolean flag();

        String s();

        byte[] b();

        List<String> l();
    }
}
