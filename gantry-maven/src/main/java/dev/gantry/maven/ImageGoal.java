package dev.gantry.maven;

import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Reference;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.gc.Marks;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistryOptions;
import dev.gantry.images.snapshot.ChainId;
import dev.gantry.java.Application;
import dev.gantry.java.JavaSettings;
import dev.gantry.java.Recipe;
import dev.gantry.java.Runtimes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.maven.artifact.DependencyResolutionRequiredException;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.project.MavenProject;
import org.apache.maven.settings.Server;
import org.jspecify.annotations.Nullable;

/// What both goals do: they make the image of the project in a store below its build directory. Maven fills in the
/// fields.
abstract class ImageGoal extends AbstractMojo {
    /// What is written here is found by nobody who would take it away.
    private static final Marks NOBODY = new Marks() {
        @Override
        public void blob(Digest digest) {}

        @Override
        public void layer(ChainId chain) {}
    };

    private @Nullable MavenSession session;
    private @Nullable MavenProject project;
    private @Nullable String image;
    private @Nullable File archive;
    private @Nullable List<String> java;
    private boolean skip;

    /// What becomes of an image.
    ///
    /// @param archive for the goal that writes one
    record Ready(
            Reference.Tagged name,
            Assembly.Made made,
            ContentStore content,
            RegistryClient registries,
            Credentials credentials,
            Path archive) {}

    abstract void deliver(Ready ready) throws IOException;

    @Override
    public void execute() throws MojoExecutionException {
        MavenProject of = given(project);
        if (skip || of.getPackaging().equals("pom")) {
            return;
        }
        try (var registries = new RegistryClient(RegistryOptions.DEFAULT)) {
            make(of, registries);
        } catch (GantryException | IOException e) {
            throw new MojoExecutionException(String.valueOf(e.getMessage()), e);
        }
    }

    private void make(MavenProject of, RegistryClient registries) throws IOException {
        if (!(Reference.parse(given(image)) instanceof Reference.Tagged name)) {
            throw new InvalidArgument("name the image " + image, "it is pinned by a digest", "give it a tag");
        }
        RandomGenerator random = new SecureRandom();
        var files = new PathFiles();
        Path target = Path.of(of.getBuild().getDirectory());
        JavaSettings settings = settings(of);
        Application app = Application.of(files, jar(of), classPath(of), top(), settings);
        var jdk = new OwnJdk();
        var runtimes = new Runtimes(files, jdk, target.toString());
        Recipe recipe = Recipe.of(app, runtimes.of(app, jar(of), classPath(of)));
        ContentStore content = new DiskContentStore(target.resolve("gantry"));
        Base base = new Bases(content, NOBODY, registries, this::credentials, random)
                .find(recipe.base(), of.getBasedir().toPath());
        Assembly.Made made = new Assembly(content, new Spool(content, NOBODY, random)).make(base, recipe, files);
        getLog().info(name.familiar() + " is " + made.manifest().digest());
        deliver(new Ready(
                name,
                made,
                content,
                registries,
                credentials(name.repository().domain()),
                given(archive).toPath()));
    }

    /// Those of the file, of the properties `gantry.…` of the project and of the command line, of the configuration.
    private JavaSettings settings(MavenProject of) throws IOException {
        Path path = of.getBasedir().toPath().resolve(JavaSettings.FILE);
        List<String> said = new ArrayList<>();
        for (String setting : JavaSettings.names()) {
            String key = "gantry." + setting;
            String value = given(session)
                    .getUserProperties()
                    .getProperty(key, of.getProperties().getProperty(key, ""));
            value.lines().map(String::strip).filter(v -> !v.isEmpty()).forEach(v -> said.add(setting + "=" + v));
        }
        if (java != null) {
            said.addAll(java);
        }
        return JavaSettings.of(Files.isRegularFile(path) ? Files.readString(path) : "", said);
    }

    private String jar(MavenProject of) {
        File file = of.getArtifact().getFile();
        if (file == null || !file.isFile() || !file.getName().endsWith(".jar")) {
            throw new NotFound(
                    "make the image of " + of.getArtifactId(),
                    "there is no jar of it yet",
                    "bind the goal to the phase package, or call it after: mvn package gantry:build");
        }
        return file.getPath();
    }

    private List<String> classPath(MavenProject of) {
        String classes = of.getBuild().getOutputDirectory();
        try {
            List<String> others = of.getRuntimeClasspathElements().stream()
                    .filter(e -> !e.equals(classes) && !e.equals(jar(of)))
                    .toList();
            for (String other : others) {
                if (!Files.isRegularFile(Path.of(other))) {
                    throw new InvalidArgument(
                            "make the image of " + of.getArtifactId(),
                            other + " is no jar yet",
                            "let Maven package all modules in one call");
                }
            }
            return others;
        } catch (DependencyResolutionRequiredException e) {
            throw new IllegalStateException("the descriptor asks for what a run needs", e);
        }
    }

    private String top() {
        return given(session).getTopLevelProject().getBasedir().getPath();
    }

    /// The server of the user's settings that has the registry's domain as its id.
    private Credentials credentials(String domain) {
        return Optional.ofNullable(given(session).getSettings().getServer(domain))
                .map(ImageGoal::password)
                .orElse(Credentials.ANONYMOUS);
    }

    private static Credentials password(Server server) {
        return new Credentials.Password(server.getUsername(), server.getPassword());
    }

    private static <T> T given(@Nullable T field) {
        if (field == null) {
            throw new IllegalStateException("Maven fills in what the descriptor names");
        }
        return field;
    }
}
