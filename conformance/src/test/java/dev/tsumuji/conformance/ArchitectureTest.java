package dev.tsumuji.conformance;

import static com.tngtech.archunit.lang.conditions.ArchConditions.beAnnotatedWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows between modules point down, and what must come in by constructor does. */
class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.tsumuji");

    private static final String[] SERVICES = {
        "dev.tsumuji.iam..", "dev.tsumuji.sts..", "dev.tsumuji.logs..", "dev.tsumuji.lambda.."
    };

    @Test
    void the_kernel_and_the_sandbox_know_nobody() {
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.tsumuji.kernel..")
                .should()
                .dependOnClassesThat(ours("dev.tsumuji.kernel")));
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.tsumuji.sandbox..")
                .should()
                .dependOnClassesThat(ours("dev.tsumuji.sandbox")));
    }

    @Test
    void wire_and_engines_know_only_the_kernel() {
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.tsumuji.wire..")
                .should()
                .dependOnClassesThat(ours("dev.tsumuji.wire", "dev.tsumuji.kernel")));
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.tsumuji.engines..")
                .should()
                .dependOnClassesThat(ours("dev.tsumuji.engines", "dev.tsumuji.kernel")));
    }

    @Test
    void a_service_knows_only_the_kernel_and_only_lambda_the_sandbox() {
        for (var service : SERVICES) {
            var own = service.substring(0, service.length() - 2);
            var rule = own.endsWith("lambda")
                    ? ours(own, "dev.tsumuji.kernel", "dev.tsumuji.sandbox")
                    : ours(own, "dev.tsumuji.kernel");
            check(noClasses().that().resideInAPackage(service).should().dependOnClassesThat(rule));
        }
    }

    @Test
    void the_command_line_speaks_http() {
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.tsumuji.cli..")
                .should()
                .dependOnClassesThat(ours("dev.tsumuji.cli", "dev.tsumuji.wire", "dev.tsumuji.kernel")));
    }

    @Test
    void the_kernels_features_and_the_modules_have_no_cycles() {
        check(slices().matching("dev.tsumuji.(*)..").should().beFreeOfCycles());
    }

    @Test
    void time_and_randomness_come_in_by_constructor() {
        check(noClasses()
                .that()
                .resideInAnyPackage(SERVICES)
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callConstructor(Random.class));
    }

    @Test
    void libraries_do_not_print() {
        check(noClasses()
                .that(ours("dev.tsumuji.cli", "dev.tsumuji.server"))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err"));
    }

    @Test
    void every_package_says_what_may_be_null() {
        check(ArchRuleDefinition.classes()
                .that()
                .haveSimpleName("package-info")
                .should(beAnnotatedWith(NullMarked.class)));
    }

    /** Ours, but not in one of these packages. */
    private static DescribedPredicate<JavaClass> ours(String... but) {
        return DescribedPredicate.describe(
                "in dev.tsumuji outside of " + String.join(", ", but),
                type -> type.getPackageName().startsWith("dev.tsumuji.")
                        && java.util.Arrays.stream(but)
                                .noneMatch(own -> type.getPackageName().equals(own)
                                        || type.getPackageName().startsWith(own + ".")));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
