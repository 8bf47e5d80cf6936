package dev.gantry.build.graph;

import dev.gantry.base.Digest;
import dev.gantry.base.Platform;
import java.util.List;
import java.util.Optional;

/// What a vertex does.
public sealed interface Op {
    /// How many trees come out.
    int results();

    /// Of the operation alone, whatever it is done to.
    default Digest digest() {
        return Canonical.digest(this, List.of());
    }

    /// The root of an image.
    ///
    /// @param reference as a user writes it
    record ImageSource(String reference, Platform platform, Pull pull) implements Op {
        @Override
        public int results() {
            return 1;
        }
    }

    /// When a registry is asked for an image.
    enum Pull {
        /// Only if it is not here.
        MISSING,
        ALWAYS,
        NEVER
    }

    /// A directory of whoever asked for the build: its context, its Dockerfile, a further context. Whoever owns its
    /// files there, in the tree they belong to root.
    ///
    /// @param name by which the session or the request knows it
    /// @param include patterns of what is wanted; none: all
    /// @param exclude patterns of a `.dockerignore`, which count in their order
    /// @param follow paths, also with wildcards, that are wanted with what is below them and all that
    ///     symbolic links in them lead to; none: all. More than these does no harm
    record LocalSource(String name, List<String> include, List<String> exclude, List<String> follow) implements Op {
        public LocalSource {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
            follow = List.copyOf(follow);
        }

        @Override
        public int results() {
            return 1;
        }
    }

    /// A checkout of a git repository.
    ///
    /// @param ref a branch, a tag or a commit; empty: what the repository has as its head
    /// @param subdirectory of it that becomes the root; empty: all of it
    /// @param checksum how the commit begins; empty: any
    record GitSource(
            String url, String ref, String subdirectory, String checksum, boolean keepGitDirectory, boolean submodules)
            implements Op {
        @Override
        public int results() {
            return 1;
        }
    }

    /// One file from a server.
    ///
    /// @param fileName of it in the tree; empty: as the server or the address says
    record HttpSource(String url, Optional<Digest> checksum, String fileName, int mode, long uid, long gid)
            implements Op {
        @Override
        public int results() {
            return 1;
        }
    }

    /// Runs a program. Its results are those mounts that say so, by their numbers.
    ///
    /// @param mounts the first is the root
    record Exec(
            Process process,
            List<Mount> mounts,
            List<SecretVariable> secrets,
            Network network,
            boolean insecure,
            List<String> devices)
            implements Op {
        public Exec {
            mounts = List.copyOf(mounts);
            secrets = List.copyOf(secrets);
            devices = List.copyOf(devices);
        }

        @Override
        public int results() {
            return (int) mounts.stream()
                    .filter(m -> m instanceof Mount.Tree tree && tree.result().isPresent())
                    .count();
        }
    }

    /// @param environment `NAME=value`
    /// @param hidden names of `environment` whose values do not count for the cache, as those of proxies
    /// @param user as a Dockerfile names it; empty: root
    /// @param hosts `name:address` lines for `/etc/hosts`
    /// @param limits names and values as `docker build` has them: `memory`, `memswap`, `cpushares`, `cpuquota`,
    ///     `cpuperiod`, `cpusetcpus`, `cpusetmems`, `shmsize`, `cgroupparent`, `ulimit`
    record Process(
            List<String> arguments,
            List<String> environment,
            List<String> hidden,
            String workingDirectory,
            String user,
            String hostname,
            List<String> hosts,
            List<String> limits) {
        public Process {
            arguments = List.copyOf(arguments);
            environment = List.copyOf(environment);
            hidden = List.copyOf(hidden);
            hosts = List.copyOf(hosts);
            limits = List.copyOf(limits);
        }
    }

    enum Network {
        /// Of its own, with a way out.
        SANDBOX,
        HOST,
        NONE
    }

    /// A secret as a variable of the environment.
    record SecretVariable(String name, String id, boolean required) {}

    /// Changes files: its first input, with these done to it in their order.
    record Edit(List<FileAction> actions) implements Op {
        public Edit {
            actions = List.copyOf(actions);
        }

        @Override
        public int results() {
            return 1;
        }
    }

    /// Its inputs one over the other, each with the files that it hides; layers are shared with them.
    record Merge() implements Op {
        @Override
        public int results() {
            return 1;
        }
    }

    /// What the second input has that the first does not, and what it has no longer.
    record Diff() implements Op {
        @Override
        public int results() {
            return 1;
        }
    }
}
