/** Ways in: sign-in, sign-in link, invitation. */
export default {
  email: "Email",
  password: "Password",
  name: "Your name",
  signIn: "Sign in",
  signInLead: "Labels you can vouch for.",
  noAccount: "No account? Ask a lead of your project for an invitation.",
  entering: "Signing you in…",
  linkFailed: "This sign-in link did not work",
  linkFailedHelp:
    "Sign-in links work once and for a short time. Ask for a new one, or sign in with your password.",
  welcome: "Join {project}",
  invitedAs: "{by} invites you as {role}.",
  passwordHint: "At least 10 characters.",
  knownAccount: "You have an account here already? Enter its email and password; the project is added to it.",
  accept: "Accept and start",
  invitationFailed: "This invitation cannot be used",
  invitationFailedHelp: "Ask whoever invited you for a new link.",
  annotator: "annotator",
  reviewer: "reviewer",
  lead: "lead",
  engineer: "engineer",
};
