package dev.tsumuji.lambda;

import dev.tsumuji.kernel.blobs.Blobs;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.TraceHeader;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.cloud.EventAnswer;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.signal.Signals;
import dev.tsumuji.kernel.site.Site;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import dev.tsumuji.sandbox.Sandboxes;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.*;

/**
 * AWS Lambda. Functions and asynchronous events that were acknowledged are on disk; instances live as long as the process.
 * Thread-safe. Handlers of the outbox are registered by the constructor, so deliveries may begin once all services exist.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/welcome.html">Lambda API Reference</a>
 */
public final class LambdaService implements LambdaClient, LambdaStreams {
    private final FunctionStore store;
    private final Packages packages;
    private final CodeDownloads downloads;
    private final Layers layers;
    private final LayerPermissions layerPermissions;
    private final InstanceFactory factory;
    private final Instances instances;
    private final Functions functions;
    private final FunctionViews views;
    private final Tags tags;
    private final Permissions permissions;
    private final Concurrency concurrency;
    private final Invocations invocations;
    private final Aliases aliases;
    private final RecursionConfigs recursion;
    private final RuntimeManagementConfigs runtimes;
    private final ProvisionedConcurrency provisioned;
    private final EventInvokeConfigs eventConfigs;
    private final FunctionUrlConfigs urlConfigs;
    private final FunctionUrls urls;
    private final Meter meter;
    private final Usages usages;
    private final EventSourceMappings mappings;

    public LambdaService(
            Kv kv,
            Blobs blobs,
            Outbox outbox,
            Cloud cloud,
            Signals signals,
            Sandboxes sandboxes,
            InstantSource clock,
            Ids ids,
            Scheduler scheduler,
            LambdaSettings settings) {
        store = new FunctionStore(kv, EnvironmentSeal.open(settings.environmentKey(), kv, ids), ids::fraction);
        var roles = new Roles(cloud, clock);
        packages = new Packages(blobs, ids, settings);
        downloads = new CodeDownloads(packages, clock, ids);
        var sources = new CodeSources(cloud);
        recursion = new RecursionConfigs(store);
        runtimes = new RuntimeManagementConfigs(store);
        var destinations = new Destinations(store, outbox, cloud, roles, clock);
        var layerUses = new LayerUses(store, packages, blobs);
        layers = new Layers(store, packages, sources, downloads, layerUses, blobs, clock);
        layerPermissions = new LayerPermissions(store, ids);
        factory = new InstanceFactory(sandboxes, packages, layerUses, roles, cloud, clock, ids, scheduler, settings);
        meter = new Meter(kv, scheduler, clock);
        instances = new Instances(factory, scheduler, clock, settings, meter);
        concurrency = new Concurrency(store, settings);
        functions = new Functions(
                store,
                new FunctionRules(sandboxes, layerUses, destinations),
                roles,
                packages,
                sources,
                layerUses,
                blobs,
                outbox,
                instances,
                concurrency.gate(),
                clock,
                ids);
        views = new FunctionViews(store, downloads);
        provisioned = new ProvisionedConcurrency(store, instances, clock, settings);
        aliases = new Aliases(store, provisioned, ids);
        eventConfigs = new EventInvokeConfigs(store, destinations, clock);
        permissions = new Permissions(store, ids);
        urlConfigs = new FunctionUrlConfigs(store, clock, ids);
        urls = new FunctionUrls(urlConfigs, cloud);
        usages = new Usages(meter, clock);
        invocations = new Invocations(
                store,
                instances,
                concurrency.gate(),
                new Events(store, outbox, clock, settings, destinations, recursion),
                meter,
                clock);
        mappings = new EventSourceMappings(
                new MappingRun.Surroundings(store, invocations, roles, cloud, signals, clock, scheduler, ids));
        tags = new Tags(store, mappings);
    }

    /** As the platform holds it. */
    public Service service() {
        return new Service(
                "lambda",
                LambdaClient.class,
                this,
                new LambdaActions(store, layerPermissions),
                "AccessDeniedException",
                Set.of("Invoke"));
    }

    /**
     * Tells functions where the platform is. Call it when the front door is open; instances started before can't reach it.
     *
     * @param listening the front door's own address, reachable from this machine
     */
    public void platform(InetSocketAddress listening) {
        factory.platform(listening);
        urlConfigs.platform(listening.getPort());
        downloads.platform("http://" + listening.getHostString() + ":" + listening.getPort());
    }

    /** Where functions answer plain HTTP, by their URLs. */
    public Site urls() {
        return urls;
    }

    /** What functions used. */
    public Usages usages() {
        return usages;
    }

    /** Begins to read the sources of event source mappings; to be called when all services are there. */
    public void start() {
        mappings.start();
        provisioned.start();
    }

    /** Path of the platform under which {@link #download} is to be served, open to everybody. */
    public static final String DOWNLOADS = CodeDownloads.PATH;

    /**
     * The code package behind a link that {@code GetFunction} gave out.
     *
     * @param token what follows {@link #DOWNLOADS} in the path
     * @return the zip, to be closed by the caller; empty when the link is not genuine or too old
     */
    public Optional<InputStream> download(String token) throws IOException {
        return downloads.open(token).map(CodeDownloads.Download::in);
    }

    // ---- functions

    @Override
    public CreateFunctionResponse createFunction(CreateFunctionRequest request) {
        return functions.create(request);
    }

    @Override
    public UpdateFunctionCodeResponse updateFunctionCode(UpdateFunctionCodeRequest request) {
        return functions.updateCode(request);
    }

    @Override
    public UpdateFunctionConfigurationResponse updateFunctionConfiguration(UpdateFunctionConfigurationRequest request) {
        return functions.updateConfiguration(request);
    }

    @Override
    public DeleteFunctionResponse deleteFunction(DeleteFunctionRequest request) {
        var answer = functions.delete(request);
        provisioned.refresh(
                FunctionName.of(request.functionName(), null, Call.current()).id());
        concurrency.changed(request.functionName());
        return answer;
    }

    @Override
    public GetFunctionResponse getFunction(GetFunctionRequest request) {
        return views.get(request);
    }

    @Override
    public GetFunctionConfigurationResponse getFunctionConfiguration(GetFunctionConfigurationRequest request) {
        return views.configuration(request);
    }

    @Override
    public GetFunctionCodeSigningConfigResponse getFunctionCodeSigningConfig(
            GetFunctionCodeSigningConfigRequest request) {
        return views.codeSigning(request);
    }

    @Override
    public ListFunctionsResponse listFunctions(ListFunctionsRequest request) {
        return views.list(request);
    }

    @Override
    public ListVersionsByFunctionResponse listVersionsByFunction(ListVersionsByFunctionRequest request) {
        return views.versions(request);
    }

    @Override
    public ListTagsResponse listTags(ListTagsRequest request) {
        return tags.list(request);
    }

    @Override
    public TagResourceResponse tagResource(TagResourceRequest request) {
        return tags.tag(request);
    }

    @Override
    public UntagResourceResponse untagResource(UntagResourceRequest request) {
        return tags.untag(request);
    }

    // ---- versions and aliases

    @Override
    public PublishVersionResponse publishVersion(PublishVersionRequest request) {
        return functions.publish(request);
    }

    @Override
    public CreateAliasResponse createAlias(CreateAliasRequest request) {
        return aliases.create(request);
    }

    @Override
    public UpdateAliasResponse updateAlias(UpdateAliasRequest request) {
        return aliases.update(request);
    }

    @Override
    public GetAliasResponse getAlias(GetAliasRequest request) {
        return aliases.get(request);
    }

    @Override
    public DeleteAliasResponse deleteAlias(DeleteAliasRequest request) {
        return aliases.delete(request);
    }

    @Override
    public ListAliasesResponse listAliases(ListAliasesRequest request) {
        return aliases.list(request);
    }

    // ---- function URLs

    @Override
    public CreateFunctionUrlConfigResponse createFunctionUrlConfig(CreateFunctionUrlConfigRequest request) {
        return urlConfigs.create(request);
    }

    @Override
    public UpdateFunctionUrlConfigResponse updateFunctionUrlConfig(UpdateFunctionUrlConfigRequest request) {
        return urlConfigs.update(request);
    }

    @Override
    public GetFunctionUrlConfigResponse getFunctionUrlConfig(GetFunctionUrlConfigRequest request) {
        return urlConfigs.get(request);
    }

    @Override
    public DeleteFunctionUrlConfigResponse deleteFunctionUrlConfig(DeleteFunctionUrlConfigRequest request) {
        return urlConfigs.delete(request);
    }

    @Override
    public ListFunctionUrlConfigsResponse listFunctionUrlConfigs(ListFunctionUrlConfigsRequest request) {
        return urlConfigs.list(request);
    }

    // ---- layers

    @Override
    public PublishLayerVersionResponse publishLayerVersion(PublishLayerVersionRequest request) {
        return layers.publish(request);
    }

    @Override
    public GetLayerVersionResponse getLayerVersion(GetLayerVersionRequest request) {
        return layers.get(request);
    }

    @Override
    public GetLayerVersionByArnResponse getLayerVersionByArn(GetLayerVersionByArnRequest request) {
        return layers.getByArn(request);
    }

    @Override
    public DeleteLayerVersionResponse deleteLayerVersion(DeleteLayerVersionRequest request) {
        return layers.delete(request);
    }

    @Override
    public ListLayersResponse listLayers(ListLayersRequest request) {
        return layers.list(request);
    }

    @Override
    public ListLayerVersionsResponse listLayerVersions(ListLayerVersionsRequest request) {
        return layers.versions(request);
    }

    @Override
    public AddLayerVersionPermissionResponse addLayerVersionPermission(AddLayerVersionPermissionRequest request) {
        return layerPermissions.add(request);
    }

    @Override
    public RemoveLayerVersionPermissionResponse removeLayerVersionPermission(
            RemoveLayerVersionPermissionRequest request) {
        return layerPermissions.remove(request);
    }

    @Override
    public GetLayerVersionPolicyResponse getLayerVersionPolicy(GetLayerVersionPolicyRequest request) {
        return layerPermissions.get(request);
    }

    // ---- invocations

    @Override
    public PutFunctionEventInvokeConfigResponse putFunctionEventInvokeConfig(
            PutFunctionEventInvokeConfigRequest request) {
        return eventConfigs.put(request);
    }

    @Override
    public UpdateFunctionEventInvokeConfigResponse updateFunctionEventInvokeConfig(
            UpdateFunctionEventInvokeConfigRequest request) {
        return eventConfigs.update(request);
    }

    @Override
    public GetFunctionEventInvokeConfigResponse getFunctionEventInvokeConfig(
            GetFunctionEventInvokeConfigRequest request) {
        return eventConfigs.get(request);
    }

    @Override
    public DeleteFunctionEventInvokeConfigResponse deleteFunctionEventInvokeConfig(
            DeleteFunctionEventInvokeConfigRequest request) {
        return eventConfigs.delete(request);
    }

    @Override
    public ListFunctionEventInvokeConfigsResponse listFunctionEventInvokeConfigs(
            ListFunctionEventInvokeConfigsRequest request) {
        return eventConfigs.list(request);
    }

    @Override
    public InvokeResponse invoke(InvokeRequest request) {
        recursion.check(
                FunctionName.of(request.functionName(), request.qualifier(), Call.current())
                        .id(),
                request.invocationType() == InvocationType.EVENT ? null : TraceHeader.current());
        return invocations.invoke(request);
    }

    @Override
    public void invokeWithResponseStream(
            InvokeWithResponseStreamRequest request,
            EventAnswer<InvokeWithResponseStreamResponse, InvokeWithResponseStreamResponseEvent> answer) {
        invocations.stream(request, answer);
    }

    @Override
    public GetAccountSettingsResponse getAccountSettings(GetAccountSettingsRequest request) {
        return concurrency.account();
    }

    @Override
    public PutFunctionConcurrencyResponse putFunctionConcurrency(PutFunctionConcurrencyRequest request) {
        return concurrency.put(request);
    }

    @Override
    public GetFunctionConcurrencyResponse getFunctionConcurrency(GetFunctionConcurrencyRequest request) {
        return concurrency.get(request);
    }

    @Override
    public DeleteFunctionConcurrencyResponse deleteFunctionConcurrency(DeleteFunctionConcurrencyRequest request) {
        return concurrency.delete(request);
    }

    // ---- event source mappings

    @Override
    public CreateEventSourceMappingResponse createEventSourceMapping(CreateEventSourceMappingRequest request) {
        return mappings.create(request);
    }

    @Override
    public GetEventSourceMappingResponse getEventSourceMapping(GetEventSourceMappingRequest request) {
        return mappings.get(request);
    }

    @Override
    public UpdateEventSourceMappingResponse updateEventSourceMapping(UpdateEventSourceMappingRequest request) {
        return mappings.update(request);
    }

    @Override
    public DeleteEventSourceMappingResponse deleteEventSourceMapping(DeleteEventSourceMappingRequest request) {
        return mappings.delete(request);
    }

    @Override
    public ListEventSourceMappingsResponse listEventSourceMappings(ListEventSourceMappingsRequest request) {
        return mappings.list(request);
    }

    @Override
    public PutProvisionedConcurrencyConfigResponse putProvisionedConcurrencyConfig(
            PutProvisionedConcurrencyConfigRequest request) {
        var answer = provisioned.put(request);
        concurrency.changed(request.functionName());
        return answer;
    }

    @Override
    public GetProvisionedConcurrencyConfigResponse getProvisionedConcurrencyConfig(
            GetProvisionedConcurrencyConfigRequest request) {
        return provisioned.get(request);
    }

    @Override
    public DeleteProvisionedConcurrencyConfigResponse deleteProvisionedConcurrencyConfig(
            DeleteProvisionedConcurrencyConfigRequest request) {
        var answer = provisioned.delete(request);
        concurrency.changed(request.functionName());
        return answer;
    }

    @Override
    public ListProvisionedConcurrencyConfigsResponse listProvisionedConcurrencyConfigs(
            ListProvisionedConcurrencyConfigsRequest request) {
        return provisioned.list(request);
    }

    @Override
    public PutFunctionRecursionConfigResponse putFunctionRecursionConfig(PutFunctionRecursionConfigRequest request) {
        return recursion.put(request);
    }

    @Override
    public GetFunctionRecursionConfigResponse getFunctionRecursionConfig(GetFunctionRecursionConfigRequest request) {
        return recursion.get(request);
    }

    @Override
    public PutRuntimeManagementConfigResponse putRuntimeManagementConfig(PutRuntimeManagementConfigRequest request) {
        return runtimes.put(request);
    }

    @Override
    public GetRuntimeManagementConfigResponse getRuntimeManagementConfig(GetRuntimeManagementConfigRequest request) {
        return runtimes.get(request);
    }

    // ---- permissions

    @Override
    public AddPermissionResponse addPermission(AddPermissionRequest request) {
        return permissions.add(request);
    }

    @Override
    public RemovePermissionResponse removePermission(RemovePermissionRequest request) {
        return permissions.remove(request);
    }

    @Override
    public GetPolicyResponse getPolicy(GetPolicyRequest request) {
        return permissions.get(request);
    }

    @Override
    public String serviceName() {
        return "lambda";
    }

    /** Ends all instances and writes what their logs still have. */
    @Override
    public void close() {
        mappings.stop();
        instances.close();
        mappings.close();
        meter.close();
        packages.close();
    }
}
