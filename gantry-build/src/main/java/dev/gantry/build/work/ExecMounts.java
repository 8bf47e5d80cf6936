package dev.gantry.build.work;

import dev.gantry.base.ContainerId;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.build.context.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.FileAction;
import dev.gantry.build.graph.Mount;
import dev.gantry.build.solve.Asked;
import dev.gantry.build.solve.Lent;
import dev.gantry.build.solve.Result;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.container.SpecBuilder;
import dev.gantry.images.image.Images;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/// What is mounted while one program runs, and is taken back when it has ended.
final class ExecMounts implements AutoCloseable {
    private static final int NEW_FILE = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE;

    private final Roots roots;
    private final Images images;
    private final CacheMounts caches;
    private final Path secretsDirectory;
    private final RandomGenerator random;
    private final Endings after = new Endings();
    private final Map<String, Path> directories = new HashMap<>();
    private final List<String> places = new ArrayList<>();
    private final List<String> variables = new ArrayList<>();

    /// @param secretsDirectory in memory
    ExecMounts(Roots roots, Images images, CacheMounts caches, Path secretsDirectory, RandomGenerator random) {
        this.roots = roots;
        this.images = images;
        this.caches = caches;
        this.secretsDirectory = secretsDirectory;
        this.random = random;
    }

    /// Where something is mounted.
    List<String> places() {
        return List.copyOf(places);
    }

    /// All that has to be waited for, the turn last: who has one waits for nobody.
    void wait(List<Mount> mounts, List<Result.Root> inputs, Semaphore turns) throws InterruptedException {
        List<Mount.Cache> wanted = mounts.stream()
                .filter(Mount.Cache.class::isInstance)
                .map(Mount.Cache.class::cast)
                .toList();
        CacheMounts.Taken taken = caches.take(wanted, (cache, place, name) -> fill(cache, inputs, place, name));
        after.push(taken::close);
        directories.putAll(taken.paths());
        turns.acquire();
        after.push(turns::release);
    }

    void add(Mount mount, List<Result.Root> inputs, Asked asked, SpecBuilder spec) throws InterruptedException {
        switch (mount) {
            case Mount.Tree tree -> tree(tree, inputs, spec);
            case Mount.Cache cache -> {
                Path path = Objects.requireNonNull(directories.get(cache.id()), "taken before");
                spec.bind(ContainerSpec.Bind.of(path.toString(), place(cache.target()))
                        .onlyRead(cache.readOnly()));
            }
            case Mount.Memory memory ->
                spec.tmpfs(
                        place(memory.target()),
                        memory.size().isPresent()
                                ? List.of("size=" + memory.size().getAsLong())
                                : List.of());
            case Mount.Secret secret -> secret(secret, asked, spec);
            case Mount.Ssh ssh -> agent(ssh, asked, spec);
        }
    }

    /// What the program finds in its environment because of its mounts.
    List<String> variables() {
        return List.copyOf(variables);
    }

    private void agent(Mount.Ssh ssh, Asked asked, SpecBuilder spec) throws InterruptedException {
        // Short: the kernel takes 107 bytes for the name of a socket, unix(7).
        Path socket = secretsDirectory.resolve(ContainerId.random(random).hex().substring(0, 16));
        Optional<Lent.Agent> agent = asked.lent().agent(ssh.id(), socket);
        if (agent.isEmpty()) {
            if (ssh.required()) {
                throw new NotFound(
                        "mount the ssh agent " + ssh.id(),
                        "whoever asked for the build has given none of that name",
                        "give it with the build, with --ssh");
            }
            return;
        }
        after.push(() -> roots.linux().trees().delete(socket.toString()));
        after.push(agent.get()::close);
        try {
            Files.setAttribute(socket, "unix:uid", (int) ssh.uid());
            Files.setAttribute(socket, "unix:gid", (int) ssh.gid());
            Files.setAttribute(socket, "unix:mode", ssh.mode());
        } catch (IOException e) {
            throw new UncheckedIOException("give the ssh agent " + ssh.id() + " to a step", e);
        }
        String target = ssh.target().isEmpty() ? "/run/buildkit/ssh_agent." + variables.size() : ssh.target();
        spec.bind(ContainerSpec.Bind.of(socket.toString(), place(target)));
        if (variables.isEmpty()) {
            variables.add("SSH_AUTH_SOCK=" + target);
        }
    }

    private String place(String target) {
        places.add(target);
        return target;
    }

    private void tree(Mount.Tree tree, List<Result.Root> inputs, SpecBuilder spec) {
        if (tree.result().isPresent()) {
            throw new Unsupported(
                    "keep what is written to " + tree.target(), "only the root is kept yet", "write it to the root");
        }
        Result.Root root = tree.input().isPresent() ? inputs.get(tree.input().getAsInt()) : Result.Root.EMPTY;
        String name = images.layers().lend(root.layers());
        after.push(() -> images.layers().takeBack(name));
        String source = Target.relative(tree.source());
        var mount = MountsSpec.OfImage.at(name, place(tree.target()), source.equals(".") ? "" : source);
        spec.imageMount(tree.readOnly() ? mount : mount.forWriting());
    }

    private void secret(Mount.Secret secret, Asked asked, SpecBuilder spec) throws InterruptedException {
        Optional<byte[]> found = asked.lent().secret(secret.id());
        if (found.isEmpty()) {
            if (secret.required()) {
                throw new NotFound(
                        "mount the secret " + secret.id(),
                        "whoever asked for the build has given none of that name",
                        "give it with the build, or write required=false");
            }
            return;
        }
        byte[] bytes = found.get();
        Linux linux = roots.linux();
        String name = ContainerId.random(random).hex();
        String path = secretsDirectory.resolve(name).toString();
        after.push(() -> linux.trees().delete(path));
        try (Fd directory = linux.files().openDirectory(secretsDirectory.toString());
                Fd file = linux.files().open(directory, name, NEW_FILE, 0600, Resolve.PLAIN)) {
            linux.files().write(file, bytes, 0, bytes.length);
            linux.attributes().owner(file, (int) secret.uid(), (int) secret.gid());
            linux.attributes().mode(file, secret.mode());
        }
        spec.bind(ContainerSpec.Bind.of(path, place(secret.target())).onlyRead(true));
    }

    /// What a new cache mount begins with.
    private void fill(Mount.Cache cache, List<Result.Root> inputs, Fd place, String name) {
        if (cache.input().isEmpty()) {
            return;
        }
        try (SourceTree tree = roots.open(inputs.get(cache.input().getAsInt()));
                var target = new Target(
                        roots.linux(),
                        roots.linux()
                                .files()
                                .open(place, name, OpenFlags.READ | OpenFlags.DIRECTORY, 0, Resolve.PLAIN))) {
            String source = new Finding(tree)
                    .real(Target.relative(cache.source()).replaceFirst("^\\.$", ""), true)
                    .orElse("");
            new Copying(
                            tree,
                            new FileAction.Copy(0, source, "/", FileAction.How.CONTENTS),
                            target,
                            Optional.empty(),
                            Instant.EPOCH)
                    .run();
        } catch (IOException e) {
            throw new UncheckedIOException("fill the cache mount " + cache.id(), e);
        }
    }

    @Override
    public void close() {
        after.close();
    }
}
