package dev.gantry.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Which module and which package may use which. The table is the architecture; docs/architecture.md draws it.
class ArchitectureTest {
    /// By module: what of ours it may use, besides itself.
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("base", Set.of()),
            Map.entry("linux", Set.of("base")),
            Map.entry("runtime", Set.of("base", "linux")),
            Map.entry("images", Set.of("base", "linux")),
            Map.entry("network", Set.of("base", "linux")),
            Map.entry("volume", Set.of("base", "linux")),
            Map.entry("csi", Set.of("base", "linux", "volume")),
            Map.entry("engine", Set.of("base", "linux", "runtime", "images", "network", "volume", "csi")),
            Map.entry("build", Set.of("base", "linux", "images", "runtime", "engine")),
            Map.entry("embedded", Set.of("base", "runtime", "images", "network", "engine")),
            Map.entry("api", Set.of("base")),
            Map.entry(
                    "docker",
                    Set.of("base", "linux", "runtime", "images", "network", "volume", "engine", "build", "api")),
            Map.entry("buildkit", Set.of("base", "linux", "images", "engine", "build", "api", "docker")),
            Map.entry("http", Set.of("base", "linux", "api", "docker")),
            Map.entry("testcontainers", Set.of("base", "embedded", "engine", "api", "docker", "http")),
            Map.entry("java", Set.of("base")),
            Map.entry("maven", Set.of("base", "images", "java")),
            Map.entry("cli", Set.of("base", "api", "java")),
            Map.entry(
                    "daemon",
                    Set.of(
                            "base",
                            "linux",
                            "runtime",
                            "images",
                            "network",
                            "volume",
                            "engine",
                            "build",
                            "api",
                            "docker",
                            "buildkit",
                            "http",
                            "cli")));

    private static JavaClasses ours;

    @BeforeAll
    static void read() {
        ours = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.gantry");
    }

    private static String module(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith("dev.gantry.") ? name.split("\\.")[2] : "";
    }

    @Test
    void everyModuleIsInTheTable() {
        Set<String> modules =
                ours.stream().map(ArchitectureTest::module).collect(Collectors.toCollection(TreeSet::new));
        modules.remove("it");
        assertThat(MAY_USE.keySet()).containsAll(modules);
    }

    @Test
    void modulesUseOnlyThoseBelowThem() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass type : ours) {
            Set<String> allowed = MAY_USE.getOrDefault(module(type), Set.of());
            type.getDirectDependenciesFromSelf().forEach(d -> {
                String target = module(d.getTargetClass().getBaseComponentType());
                if (!target.isEmpty()
                        && !target.equals(module(type))
                        && !target.equals("it")
                        && !allowed.contains(target)) {
                    wrong.add(type.getName() + " uses " + d.getTargetClass().getName());
                }
            });
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void featuresOfOneModuleDoNotUseEachOtherInCircles() {
        for (String module : List.of(
                "runtime", "images", "network", "engine", "build", "docker", "buildkit", "api", "cli", "daemon")) {
            SlicesRuleDefinition.slices()
                    .matching("dev.gantry." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .check(ours);
        }
    }

    @Test
    void containersOfTheEngineDoNotKnowWhoListens() {
        noClasses()
                .that()
                .resideInAPackage("dev.gantry.engine.container..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.gantry.engine.exec..", "dev.gantry.engine.log..", "dev.gantry.engine.store..")
                .check(ours);
    }

    @Test
    void onlyTheNativeBoundaryCallsNativeCode() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gantry.linux..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .check(ours);
    }

    @Test
    void commandsSeeTheWorldThroughTheirCallerOnly() {
        noClasses()
                .that()
                .resideInAPackage("dev.gantry.cli..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Runtime.class,
                        Process.class,
                        ProcessBuilder.class,
                        ProcessHandle.class,
                        java.io.File.class,
                        java.io.FileInputStream.class,
                        java.io.FileOutputStream.class,
                        java.io.RandomAccessFile.class,
                        java.nio.file.Path.class,
                        java.nio.file.Files.class,
                        java.nio.channels.SocketChannel.class,
                        java.net.Socket.class,
                        java.time.Clock.class)
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .accessTargetWhere(com.tngtech.archunit.base.DescribedPredicate.describe(
                        "the target is in System and is not arraycopy, which touches nothing of the process",
                        a -> a.getTargetOwner().isEquivalentTo(System.class)
                                && !a.getName().equals("arraycopy")))
                .because("a command may run inside the daemon for a caller elsewhere")
                .check(ours);
    }

    @Test
    void thereIsNoStaticMutableState() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass type : ours) {
            for (JavaField field : type.getFields()) {
                if (field.getModifiers().contains(JavaModifier.STATIC)
                        && !field.getModifiers().contains(JavaModifier.FINAL)
                        && !field.getModifiers().contains(JavaModifier.SYNTHETIC)) {
                    wrong.add(field.getFullName());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void nothingReflects() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .check(ours.that(com.tngtech.archunit.base.DescribedPredicate.describe(
                        "are written by us",
                        t -> !t.getSimpleName().contains("JsonAdapter")
                                && !t.getPackageName().contains(".jsonb"))));
    }

    @Test
    void jdksInternalsStayOutsideButForSignals() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gantry.daemon..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "com.sun..", "jdk.internal..")
                .check(ours);
        classes()
                .that()
                .resideInAPackage("dev.gantry.daemon..")
                .should()
                .onlyDependOnClassesThat(com.tngtech.archunit.base.DescribedPredicate.describe(
                        "are not JDK internals, or are signals",
                        t -> !t.getPackageName().startsWith("sun.")
                                || t.getPackageName().equals("sun.misc")))
                .check(ours);
    }

    @Test
    void everyPackageSaysWhatItIs() {
        Set<String> packages =
                ours.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
        Set<String> described = ours.stream()
                .filter(t -> t.getSimpleName().equals("package-info"))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet());
        packages.removeAll(described);
        packages.removeIf(p -> p.endsWith(".jsonb")); // generated
        assertThat(packages).isEmpty();
    }
}
