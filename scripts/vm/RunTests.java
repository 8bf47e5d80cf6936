import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs the test classes that its arguments name, and says what became of each test. Green when one at least ran to its
/// end, and none failed.
final class RunTests implements TestExecutionListener {
    private final AtomicInteger good = new AtomicInteger();
    private final AtomicInteger bad = new AtomicInteger();

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.FAILED) {
            bad.incrementAndGet();
        } else if (test.isTest() && result.getStatus() == Status.SUCCESSFUL) {
            good.incrementAndGet();
        }
        if (test.isTest() || result.getStatus() == Status.FAILED) {
            System.out.println(result.getStatus() + " " + test.getLegacyReportingName()
                    + result.getThrowable().map(t -> ": " + t.getMessage()).orElse(""));
        }
    }

    public static void main(String[] classes) {
        var listener = new RunTests();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Arrays.stream(classes).map(c -> selectClass(c)).toList())
                                .build(),
                        listener);
        boolean green = listener.bad.get() == 0 && listener.good.get() > 0;
        System.out.println("== " + (green ? "green" : "RED") + ": " + listener.good + " tests in the machine");
        System.exit(green ? 0 : 1);
    }
}
