package dev.gantry.build.graph;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Digest;
import dev.gantry.base.Platform;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// One way to write an operation as bytes: each value with its kind and its length, so that no two different
/// operations are written alike. All components of a record are written: none can be forgotten.
final class Canonical {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    private Canonical() {}

    static Digest digest(Op op, List<Files> inputs) {
        var canonical = new Canonical();
        try {
            canonical.write(op);
            canonical.write(inputs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Digest.sha256Of(canonical.bytes.toByteArray());
    }

    private void write(Object value) throws IOException {
        switch (value) {
            case String s -> bytes('s', s.getBytes(UTF_8));
            case Content c -> bytes('c', c.bytes());
            case Enum<?> e -> bytes('e', e.name().getBytes(UTF_8));
            case Boolean b -> number('b', b ? 1 : 0);
            case Integer i -> number('i', i);
            case Long l -> number('l', l);
            case Instant t -> {
                number('t', t.getEpochSecond());
                number('n', t.getNano());
            }
            case Vertex v -> bytes('v', v.digest().toString().getBytes(UTF_8));
            case Optional<?> o -> list(o.stream().toList());
            case OptionalInt o -> list(o.stream().boxed().toList());
            case OptionalLong o -> list(o.stream().boxed().toList());
            case List<?> l -> list(l);
            case Record r -> record(r);
            default -> throw new IllegalArgumentException("there is no form for " + value.getClass());
        }
    }

    private void bytes(char kind, byte[] value) throws IOException {
        out.writeByte(kind);
        out.writeInt(value.length);
        out.write(value);
    }

    private void number(char kind, long value) throws IOException {
        out.writeByte(kind);
        out.writeLong(value);
    }

    private void list(List<?> values) throws IOException {
        number('L', values.size());
        for (Object value : values) {
            write(value);
        }
    }

    /// Named one by one: a component that is added does not compile until it is named here too.
    private void record(Record value) throws IOException {
        switch (value) {
            case Platform(var os, var architecture, var variant) -> all("Platform", os, architecture, variant);
            case Digest(var algorithm, var hex) -> all("Digest", algorithm, hex);
            case Files.None() -> all("None");
            case Files.Made(var by, var number) -> all("Made", by, number);
            case Op.ImageSource(var reference, var platform, var pull) -> all("ImageSource", reference, platform, pull);
            case Op.LocalSource(var name, var include, var exclude, var follow) ->
                all("LocalSource", name, include, exclude, follow);
            case Op.GitSource(var url, var ref, var subdirectory, var checksum, var keepGitDirectory, var submodules) ->
                all("GitSource", url, ref, subdirectory, checksum, keepGitDirectory, submodules);
            case Op.HttpSource(var url, var checksum, var fileName, var mode, var uid, var gid) ->
                all("HttpSource", url, checksum, fileName, mode, uid, gid);
            case Op.Exec(var process, var mounts, var secrets, var network, var insecure, var devices) ->
                all("Exec", process, mounts, secrets, network, insecure, devices);
            case Op.Process(
                    var arguments,
                    var environment,
                    var hidden,
                    var workingDirectory,
                    var user,
                    var hostname,
                    var hosts,
                    var limits) ->
                all("Process", arguments, environment, hidden, workingDirectory, user, hostname, hosts, limits);
            case Op.SecretVariable(var name, var id, var required) -> all("SecretVariable", name, id, required);
            case Op.Edit(var actions) -> all("Edit", actions);
            case Op.Merge() -> all("Merge");
            case Op.Diff() -> all("Diff");
            case Mount.Tree(var target, var input, var source, var readOnly, var result) ->
                all("Tree", target, input, source, readOnly, result);
            case Mount.Cache(
                    var target,
                    var id,
                    var sharing,
                    var input,
                    var source,
                    var readOnly,
                    var mode,
                    var uid,
                    var gid) -> all("Cache", target, id, sharing, input, source, readOnly, mode, uid, gid);
            case Mount.Memory(var target, var size) -> all("Memory", target, size);
            case Mount.Secret(var target, var id, var required, var mode, var uid, var gid) ->
                all("Secret", target, id, required, mode, uid, gid);
            case Mount.Ssh(var target, var id, var required, var mode, var uid, var gid) ->
                all("Ssh", target, id, required, mode, uid, gid);
            case FileAction.Copy(var input, var source, var destination, var how) ->
                all("Copy", input, source, destination, how);
            case FileAction.How(
                    var owner,
                    var mode,
                    var wildcard,
                    var mayMatchNothing,
                    var contents,
                    var follow,
                    var parents,
                    var linked,
                    var unpack,
                    var include,
                    var exclude,
                    var time) ->
                all(
                        "How",
                        owner,
                        mode,
                        wildcard,
                        mayMatchNothing,
                        contents,
                        follow,
                        parents,
                        linked,
                        unpack,
                        include,
                        exclude,
                        time);
            case FileAction.MakeDirectory(var path, var mode, var parents, var owner, var time) ->
                all("MakeDirectory", path, mode, parents, owner, time);
            case FileAction.MakeFile(var path, var mode, var content, var owner, var time) ->
                all("MakeFile", path, mode, content, owner, time);
            case FileAction.MakeLink(var path, var target, var owner, var time) ->
                all("MakeLink", path, target, owner, time);
            case FileAction.Remove(var path, var wildcard, var mayBeMissing) ->
                all("Remove", path, wildcard, mayBeMissing);
            case FileAction.Owner(var user, var group, var names) -> all("Owner", user, group, names);
            default -> throw new IllegalArgumentException("there is no form for " + value.getClass());
        }
    }

    private void all(String kind, Object... components) throws IOException {
        bytes('R', kind.getBytes(UTF_8));
        for (Object component : components) {
            write(component);
        }
    }
}
