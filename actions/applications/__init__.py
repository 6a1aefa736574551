"""Applications: what is needed, how long it takes, and pre-acceptance as an order in the utility's system.

guide     what may be said of each application: dated terms by province, and what is to be gathered
facts     how one fact is read from a message
state     how far one application has come; kept in the slot `application`
tell      `action_apply`: which variant is meant, its terms
form      `application_form`: consent, facts, confirmation, correction
order     the order written, once; green channel
"""
