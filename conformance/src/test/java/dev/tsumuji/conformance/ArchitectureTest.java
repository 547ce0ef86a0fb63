package dev.tsumuji.conformance;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows between modules and the habits of the code, held by the compiled classes. */
class ArchitectureTest {
    private static final List<String> SERVICES = List.of("iam", "sts", "logs", "lambda", "dynamodb", "s3");

    /** Which other modules each one may know. */
    private static final Map<String, List<String>> ARROWS = Map.ofEntries(
            Map.entry("kernel", List.of()),
            Map.entry("sandbox", List.of()),
            // runs inside a sandbox, in the function's own process
            Map.entry("bootstrap", List.of()),
            Map.entry("testkit", List.of("kernel")),
            Map.entry("engines", List.of("kernel")),
            Map.entry("wire", List.of("kernel")),
            Map.entry("iam", List.of("kernel")),
            Map.entry("sts", List.of("kernel")),
            Map.entry("logs", List.of("kernel")),
            Map.entry("lambda", List.of("kernel", "sandbox")),
            Map.entry("dynamodb", List.of("kernel")),
            Map.entry("s3", List.of("kernel")),
            // applications as anybody writes them for AWS
            Map.entry("examples", List.of()),
            Map.entry("cli", List.of("kernel", "wire")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.tsumuji");

    private static String packages(String module) {
        return "dev.tsumuji." + module + "..";
    }

    @Test
    void every_module_is_looked_at() {
        var modules = new TreeSet<String>();
        CLASSES.forEach(type -> modules.add(type.getPackageName().split("\\.")[2]));
        var expected = new TreeSet<>(ARROWS.keySet());
        expected.add("server");
        assertThat(modules).isEqualTo(expected);
    }

    @Test
    void arrows_between_modules_point_down_only() {
        ARROWS.forEach((module, known) -> {
            var others = new TreeSet<>(ARROWS.keySet());
            others.add("server");
            others.remove(module);
            others.removeAll(known);
            noClasses()
                    .that()
                    .resideInAPackage(packages(module))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            others.stream().map(ArchitectureTest::packages).toArray(String[]::new))
                    .because("module " + module + " knows only " + known)
                    .check(CLASSES);
        });
    }

    @Test
    void a_service_knows_only_its_own_model_of_the_sdk_and_those_it_calls() {
        // Lambda writes logs, assumes roles, reads streams and code, tells destinations; logs and S3 tell functions,
        // and S3 asks
        // who there is
        var clients = Map.of(
                "iam", List.of("iam"),
                "sts", List.of("sts", "iam"),
                "logs", List.of("cloudwatchlogs", "lambda"),
                "lambda",
                        List.of(
                                "lambda",
                                "cloudwatchlogs",
                                "sts",
                                "iam",
                                "dynamodb",
                                "s3",
                                "sqs",
                                "sns",
                                "eventbridge"),
                "dynamodb", List.of("dynamodb"),
                "s3", List.of("s3", "lambda", "iam"));
        for (var service : SERVICES) {
            classes()
                    .that()
                    .resideInAPackage(packages(service))
                    .should()
                    .onlyDependOnClassesThat(resideInAnyPackage(clients.get(service).stream()
                                    .map(client -> "software.amazon.awssdk.services." + client + "..")
                                    .toArray(String[]::new))
                            .or(com.tngtech.archunit.base.DescribedPredicate.not(
                                    resideInAPackage("software.amazon.awssdk.services.."))))
                    .check(CLASSES);
        }
    }

    @Test
    void kernel_sandbox_and_services_know_no_store_and_no_network_library() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.tsumuji.kernel..", "dev.tsumuji.sandbox..")
                .or()
                .resideInAnyPackage(
                        SERVICES.stream().map(ArchitectureTest::packages).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.rocksdb..", "io.netty..", "io.vertx..", "info.picocli..")
                .check(CLASSES);
    }

    @Test
    void time_and_chance_enter_services_by_constructor() {
        var services = SERVICES.stream().map(ArchitectureTest::packages).toArray(String[]::new);
        for (var clock : List.of(
                Instant.class, LocalDate.class, LocalDateTime.class, ZonedDateTime.class, OffsetDateTime.class)) {
            noClasses()
                    .that()
                    .resideInAnyPackage(services)
                    .should()
                    .callMethod(clock, "now")
                    .check(CLASSES);
        }
        noClasses()
                .that()
                .resideInAnyPackage(services)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Clock.class, Random.class, ThreadLocalRandom.class)
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class)
                .check(CLASSES);
    }

    @Test
    void null_is_checked_in_every_package() {
        var packages = new TreeSet<String>();
        CLASSES.stream()
                .map(JavaClass::getPackage)
                .filter(type -> !type.isAnnotatedWith(NullMarked.class))
                .forEach(type -> packages.add(type.getName()));
        assertThat(packages).as("packages without @NullMarked").isEmpty();
    }

    @Test
    void only_programs_print() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.tsumuji.cli..", "dev.tsumuji.server..", "dev.tsumuji.bootstrap..")
                // the last words of a process that must not go on
                .and()
                .doNotHaveSimpleName("FatalError")
                .should(ACCESS_STANDARD_STREAMS)
                .check(CLASSES);
    }

    @Test
    void modules_do_not_go_in_circles() {
        slices().matching("dev.tsumuji.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void packages_of_a_module_do_not_go_in_circles() {
        for (var module : List.of("wire", "engines", "logs", "iam", "lambda", "dynamodb", "s3")) {
            slices().matching("dev.tsumuji." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    @Test
    void names_say_what_a_thing_is() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Utils?|Impl)(\\$.*)?")
                .orShould()
                .haveSimpleNameStartingWith("Abstract")
                .check(CLASSES);
    }
}
