/**
 * The URIs that tell the lists apart (ETSI TS 119 602, Annexes C, D, E, F and H).
 *
 * @typedef {object} Profile
 * @property {string} name the list's name wherever lists have theirs
 * @property {string} typeUri
 * @property {string} roleUri
 * @property {string} serviceUri
 * @property {string} statusUri
 * @property {boolean} hasStatus Annex H: status and history of each service
 */

const RADIX = "http://uri.etsi.org/19602/";
export const PID_PROVIDERS = "pid-providers";
export const WALLET_PROVIDERS = "wallet-providers";
export const WRPAC_PROVIDERS = "wrpac-providers";
export const PUB_EAA_PROVIDERS = "pub-eaa-providers";
export const KEEP_FOREVER = 65535;

function createProfile(name, stem, service) {
  return {
    name,
    typeUri: `${RADIX}LoTEType/EU${stem}ProvidersList`,
    roleUri: `${RADIX}ListOfTrustedEntities/${stem}Provider/`,
    serviceUri: `${RADIX}SvcType/${service}/`,
    statusUri: `${RADIX}${stem}ProvidersList/SvcStatus/`,
    hasStatus: name === PUB_EAA_PROVIDERS,
  };
}

/** All profiles by list name. */
export const PROFILES = Object.fromEntries(
  [
    createProfile(PID_PROVIDERS, "PID", "PID"),
    createProfile(WALLET_PROVIDERS, "Wallet", "WalletSolution"),
    createProfile(WRPAC_PROVIDERS, "WRPAC", "WRPAC"),
    createProfile(PUB_EAA_PROVIDERS, "PubEAA", "PubEAA"),
  ].map((profile) => [profile.name, profile]),
);
