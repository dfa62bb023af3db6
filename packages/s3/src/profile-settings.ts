/** What the environment and the shared AWS files say about the server, beside credentials. */
export interface ProfileSettings {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds endpoint and region as AWS's own tools do: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, then the profile's
 * `services` section, then its `endpoint_url`; `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile's `region`.
 *
 * The SDK reads `endpoint_url` only for the profile that `AWS_PROFILE` names, not for one given to the client: there it
 * would silently talk to amazonaws.com. So it is read here.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export async function profileSettings(profile: string | undefined, environment: Environment): Promise<ProfileSettings> {
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const name = profile ?? environment.AWS_PROFILE ?? 'default';
  const own = sectionOf(configFile, name);
  const services = own.services === undefined ? {} : sectionOf(configFile, `services.${own.services}`);
  const ignores = environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS ?? own.ignore_configured_endpoint_urls;
  const fromFile = services['s3.endpoint_url'] ?? own.endpoint_url ?? sectionOf(credentialsFile, name).endpoint_url;
  const fromEnvironment = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  return {
    endpoint: ignores === 'true' ? undefined : (fromEnvironment ?? fromFile),
    region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? own.region,
  };
}

function sectionOf(
  file: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>,
  name: string,
): Readonly<Record<string, string | undefined>> {
  return (Object.hasOwn(file, name) ? file[name] : undefined) ?? {};
}
