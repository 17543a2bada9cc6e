import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * One real Elasticsearch node out of the published jars, for tests: SearchNode HOME OWNER.
 *
 * HOME holds config/elasticsearch.yml, config/log4j2.properties and modules/. The node ends with SIGTERM, and when the
 * process OWNER ends, so that a test run that was killed leaves nothing behind (OWNER 0: nobody is watched).
 */
public final class SearchNode {
    private SearchNode() {}

    public static void main(String[] given) throws Exception {
        Path home = Path.of(given[0]).toAbsolutePath();
        Path config = home.resolve("config");
        long owner = Long.parseLong(given[1]);
        LogConfigurator.registerErrorListener();
        LogConfigurator.configureESLogging();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            Settings.builder().put("path.home", home).build(), Map.of(), config, () -> "node");
        LogConfigurator.configure(environment, true);
        PluginsLoader plugins = PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(environment.modulesDir()), Set.of(), Map.of(), false);
        Node node = new Node(environment, plugins);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception trouble) {
                trouble.printStackTrace();
            }
        }));
        node.start();
        if (owner > 0) ProcessHandle.of(owner).ifPresentOrElse(SearchNode::endWith, () -> System.exit(0));
        Thread.currentThread().join();
    }

    private static void endWith(ProcessHandle owner) {
        owner.onExit().thenRun(() -> System.exit(0));
    }
}
